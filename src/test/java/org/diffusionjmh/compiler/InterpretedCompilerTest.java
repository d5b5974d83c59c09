package org.diffusionjmh.compiler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.PointwiseOp;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InterpretedCompilerTest {
    /** Weights, constants, several inputs and several outputs arrive where the graph says. */
    @ParameterizedTest
    @ValueSource(strings = {"none", "torchscript"})
    void runsAGraphWithBoundWeights(String compiler) {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, 3);
        Node y = b.input("y", DType.FP32, 2, 1);
        Node projected = b.in("proj").linear(x, 2, true);
        b.output("sum", b.add(projected, y));
        b.output("scaled", b.scale(b.add(x, b.constant(List.of(1f, 2f, 3f), 3)), 0.5));
        b.output("relu", b.apply(new PointwiseOp.Relu(), projected));

        try (NDManager manager = NDManager.newBaseManager(Device.cpu())) {
            NDArray weight = manager.create(new float[] {1, 0, 0, 0, 1, -1}, new Shape(2, 3));
            NDArray bias = manager.create(new float[] {10, -20});
            Parameters parameters = (key, type) -> key.equals("proj.weight") ? weight : bias;
            try (CompiledModule module = Compilers.of(compiler).compile(b.build(), parameters, manager)) {
                NDArray xs = manager.create(new float[] {1, 2, 3, 4, 5, 7}, new Shape(2, 3));
                NDArray ys = manager.create(new float[] {100, 200}, new Shape(2, 1));
                for (int repeat = 0; repeat < 3; repeat++) {
                    NDList results = module.run(new NDList(xs, ys), manager);
                    assertEquals(3, results.size());
                    assertArrayEquals(
                            new float[] {111, 79, 214, 178}, results.get(0).toFloatArray());
                    assertArrayEquals(
                            new float[] {1, 2, 3, 2.5f, 3.5f, 5}, results.get(1).toFloatArray());
                    assertArrayEquals(new float[] {11, 0, 14, 0}, results.get(2).toFloatArray());
                }
            }
        }
    }
}
