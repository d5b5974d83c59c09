package org.diffusionjmh.compiler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;
import org.junit.jupiter.api.Test;

class CudaGraphCompilerTest {
    /** Without a GPU its modules are {@code none}'s, and the log says so once, not once a module. */
    @Test
    void runsUncapturedOnACpuAndSaysSo() {
        List<String> log = new ArrayList<>();
        Compiler compiler = Compilers.of("cudagraph", log::add);
        try (NDManager manager = NDManager.newBaseManager(Device.cpu());
                CompiledModule three = compiler.compile(doubled(3), noWeights(), manager);
                CompiledModule five = compiler.compile(doubled(5), noWeights(), manager)) {
            NDList first = three.run(new NDList(manager.create(new float[] {1, 2, 3})), manager);
            NDList second = three.run(new NDList(manager.create(new float[] {4, 5, 6})), manager);
            assertArrayEquals(new float[] {2, 4, 6}, first.singletonOrThrow().toFloatArray());
            assertArrayEquals(new float[] {8, 10, 12}, second.singletonOrThrow().toFloatArray());
            assertEquals(
                    new Shape(5),
                    five.run(new NDList(manager.ones(new Shape(5))), manager)
                            .singletonOrThrow()
                            .getShape());
        }
        assertEquals(List.of("cudagraph runs as none does: CUDA graphs need a GPU, and this runs on the cpu"), log);
    }

    /** A graph is made for one set of types; with others it would read past its buffers. */
    @Test
    void refusesInputsOfOtherTypes() {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu());
                CompiledModule module =
                        Compilers.of("cudagraph", message -> {}).compile(doubled(3), noWeights(), manager)) {
            assertRefused(module, manager, "input 'x' is FLOAT32(4)", manager.ones(new Shape(4)));
            assertRefused(module, manager, "input 'x' is FLOAT32(3, 1)", manager.ones(new Shape(3, 1)));
            assertRefused(module, manager, "input 'x' is INT64(3)", manager.ones(new Shape(3), DataType.INT64));
            assertRefused(module, manager, "test takes 1 inputs, but was given 0");
        }
    }

    private static void assertRefused(CompiledModule module, NDManager manager, String expected, NDArray... inputs) {
        String message = assertThrows(IllegalArgumentException.class, () -> module.run(new NDList(inputs), manager))
                .getMessage();
        assertTrue(message.contains(expected), message);
    }

    private static Graph doubled(long size) {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, size);
        b.output("doubled", b.scale(x, 2));
        return b.build();
    }

    private static Parameters noWeights() {
        return (key, type) -> {
            throw new IllegalArgumentException(key);
        };
    }
}
