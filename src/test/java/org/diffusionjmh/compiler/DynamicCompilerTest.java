package org.diffusionjmh.compiler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.MovementOp.Expand;
import org.diffusionjmh.graph.MovementOp.Reshape;
import org.diffusionjmh.graph.MovementOp.Slice;
import org.diffusionjmh.graph.MovementOp.UpsampleNearest;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.NormalizationOp.GroupNorm;
import org.diffusionjmh.graph.NormalizationOp.SubtractGroupMean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DynamicCompilerTest {
    private final NDManager manager = NDManager.newBaseManager(Device.cpu());
    private final DynamicCompiler compiler = new DynamicCompiler(CompileJournal.silent());
    private final Map<String, NDArray> weights = new HashMap<>();

    @AfterEach
    void close() {
        manager.close();
    }

    private NDArray weight(String key, Shape shape) {
        return weights.computeIfAbsent(key, absent -> manager.randomNormal(0, 1, shape, DataType.FLOAT32));
    }

    private final Parameters parameters = (key, type) -> weight(key, TensorTypes.shape(type));

    /** Every operation that names sizes of a picture, and constants. */
    private static Graph graph(long height, long width) {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, 4, height, width);
        Node conv = b.in("conv").conv2d(x, 4, 3, 1, 1);
        Node rows = b.apply(new Reshape(List.of(2L, 4L, height * width)), conv);
        Node first = b.apply(new Slice(2, 0, (height - 1) * width), rows);
        Node cut = b.apply(new Reshape(List.of(2L, 4L, height - 1, width)), first);
        Node enlarged = b.apply(new UpsampleNearest(height, 2 * width), cut);
        Node added = b.add(
                enlarged,
                b.apply(
                        new Expand(List.of(2L, 4L, height, 2 * width)),
                        b.constant(List.of(1f, 2f, 3f, 4f), 1, 4, 1, 1)));
        b.output("y", b.apply(new SubtractGroupMean(2), added));
        return b.build();
    }

    private NDArray input(long height, long width) {
        return manager.randomNormal(0, 1, new Shape(2, 4, height, width), DataType.FLOAT32);
    }

    private void assertRunsAsNone(CompiledModule module, long height, long width) {
        NDList x = new NDList(input(height, width));
        try (CompiledModule plain =
                InterpretedCompiler.none(CompileJournal.silent()).compile(graph(height, width), parameters, manager)) {
            NDArray expected = plain.run(x, manager).singletonOrThrow();
            NDArray found = module.run(x, manager).singletonOrThrow();
            assertEquals(expected.getShape(), found.getShape());
            assertArrayEquals(expected.toFloatArray(), found.toFloatArray());
        }
    }

    /** One program for three sizes, square or not, which take turns; it is gone with the last module. */
    @Test
    void sizesShareAProgram() {
        CompiledModule small = compiler.compile(graph(3, 4), parameters, manager);
        CompiledModule square = compiler.compile(graph(4, 4), parameters, manager);
        CompiledModule large = compiler.compile(graph(9, 6), parameters, manager);
        assertEquals(1, compiler.programs());
        for (int repeat = 0; repeat < 2; repeat++) {
            assertRunsAsNone(small, 3, 4);
            assertRunsAsNone(square, 4, 4);
            assertRunsAsNone(large, 9, 6);
        }
        small.close();
        square.close();
        assertRunsAsNone(large, 9, 6);
        large.close();
        assertEquals(0, compiler.programs());
    }

    /** Graphs that do other things have programs of their own. */
    @Test
    void otherGraphsDoNotShare() {
        GraphBuilder b = new GraphBuilder("other", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, 4, 3, 3);
        b.output("y", b.apply(new GroupNorm(2, 1e-5), x, b.weight("scale", 4), b.weight("shift", 4)));
        try (CompiledModule one = compiler.compile(graph(3, 4), parameters, manager);
                CompiledModule other = compiler.compile(b.build(), parameters, manager)) {
            assertEquals(2, compiler.programs());
            assertRunsAsNone(one, 3, 4);
            assertEquals(
                    new Shape(2, 4, 3, 3),
                    other.run(new NDList(input(3, 3)), manager)
                            .singletonOrThrow()
                            .getShape());
        }
    }

    /** A module takes new weights when it is told to, and others of its program keep theirs until then. */
    @Test
    void eachModuleRebindsItsWeights() {
        try (CompiledModule one = compiler.compile(graph(3, 4), parameters, manager);
                CompiledModule other = compiler.compile(graph(4, 3), parameters, manager)) {
            assertFalse(one.rebind());
            weights.put("conv.bias", manager.create(new float[] {5, 6, 7, 8}));
            assertTrue(one.rebind());
            assertRunsAsNone(one, 3, 4);
            assertTrue(other.rebind());
            assertRunsAsNone(other, 4, 3);
        }
    }

    @Test
    void nothingStaysOfAModuleThatCannotBeBound() {
        Parameters none = (key, type) -> {
            throw new IllegalArgumentException("no " + key);
        };
        Graph graph = graph(3, 4);
        assertThrows(IllegalArgumentException.class, () -> compiler.compile(graph, none, manager));
        assertEquals(0, compiler.programs());
    }
}
