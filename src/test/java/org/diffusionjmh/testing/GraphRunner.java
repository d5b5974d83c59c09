package org.diffusionjmh.testing;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diffusionjmh.compiler.CompiledModule;
import org.diffusionjmh.compiler.Compilers;
import org.diffusionjmh.graph.Graph;

/** Runs a graph once on the CPU: golden tensors in, floats out. */
public final class GraphRunner {
    private GraphRunner() {}

    /**
     * @param compiler id of the compiler
     * @param weights the component's safetensors file
     * @param inputs one tensor per input of the graph
     * @return the outputs' values by name
     */
    public static Map<String, float[]> run(Graph graph, String compiler, Path weights, GoldenTensors.Tensor... inputs) {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu());
                CompiledModule module =
                        Compilers.of(compiler).compile(graph, new GoldenParameters(weights, manager), manager)) {
            NDList arguments = new NDList();
            for (GoldenTensors.Tensor input : inputs) {
                arguments.add(array(manager, input));
            }
            NDList results = module.run(arguments, manager);
            List<String> labels = new ArrayList<>(graph.outputs().keySet());
            Map<String, float[]> values = new LinkedHashMap<>();
            for (int i = 0; i < labels.size(); i++) {
                values.put(labels.get(i), results.get(i).toFloatArray());
            }
            return values;
        }
    }

    private static NDArray array(NDManager manager, GoldenTensors.Tensor tensor) {
        Shape shape = new Shape(tensor.shape());
        return tensor.dtype().equals("I64")
                ? manager.create(tensor.longs(), shape)
                : manager.create(tensor.floats(), shape);
    }
}
