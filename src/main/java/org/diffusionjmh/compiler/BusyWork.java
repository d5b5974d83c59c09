package org.diffusionjmh.compiler;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;
import org.diffusionjmh.graph.ContractionOp.Linear;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.SourceOp;
import org.diffusionjmh.graph.TensorType;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;

/** Products that keep a GPU busy while what is to be timed is submitted. */
final class BusyWork implements AutoCloseable {
    /** Rows and columns of a product's result. */
    private static final long SIDE = 4096;

    /** With which a product takes a GPU some 0.4 ms: few of them have to be submitted. */
    private static final long DEPTH = 8192;

    private final NDManager manager;
    private final CompiledModule module;
    private final NDList arguments;

    private BusyWork(NDManager manager, CompiledModule module, NDList arguments) {
        this.manager = manager;
        this.module = module;
        this.arguments = arguments;
    }

    /**
     * Work for a manager's GPU.
     *
     * @param manager owner of the arguments
     */
    static BusyWork on(NDManager manager) {
        TensorType rows = TensorType.of(DType.FP16, SIDE, DEPTH);
        Node x = new Node(new SourceOp.Input("x", rows), List.of(), "");
        Node product = new Node(new Linear(), List.of(x, x), "");
        Graph graph = new Graph("busy", List.of(x), Map.of("result", product));
        return new BusyWork(
                manager,
                InterpretedCompiler.none().compile(graph, Parameters.none(), manager),
                new NDList(TensorMemory.empty(ScalarType.FLOAT16, TensorTypes.shape(rows), manager)));
    }

    /** Submits some of it, without waiting. */
    void submit(int products) {
        for (int i = 0; i < products; i++) {
            try (NDManager results = manager.newSubManager()) {
                module.run(arguments, results);
            }
        }
    }

    @Override
    public void close() {
        module.close();
    }
}
