package org.diffusionjmh.compiler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.PointwiseOp;
import org.diffusionjmh.libtorch.TensorMemory;
import org.diffusionjmh.libtorch.TorchSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Replays on a GPU equal uncaptured runs, bit by bit; with {@code -Ddevice=cuda}. */
@EnabledIfSystemProperty(named = "device", matches = "cuda.*")
class CudaGraphModuleTest {
    private static final int CHANNELS = 64;

    private final List<String> log = new ArrayList<>();

    /** Two sizes take turns on one scratch memory, with other work of the same sizes in between; results outlive later runs. */
    @Test
    void sizesTakeTurns() throws Exception {
        onGpu((manager, parameters) -> {
            Compiler compiler = Compilers.of("cudagraph", log::add);
            try (CompiledModule small = compiler.compile(network(16), parameters, manager);
                    CompiledModule large = compiler.compile(network(64), parameters, manager);
                    CompiledModule plainSmall = Compilers.of("none").compile(network(16), parameters, manager);
                    CompiledModule plainLarge = Compilers.of("none").compile(network(64), parameters, manager)) {
                List<NDArray> captured = new ArrayList<>();
                List<NDArray> plain = new ArrayList<>();
                for (int turn = 0; turn < 6; turn++) {
                    boolean isSmall = turn % 2 == 0;
                    NDArray x = input(isSmall ? 16 : 64, manager);
                    NDArray kept = x.duplicate();
                    captured.add((isSmall ? small : large)
                            .run(new NDList(x), manager)
                            .singletonOrThrow());
                    x.addi(x); // overwrites the argument as soon as the call has returned
                    plain.add((isSmall ? plainSmall : plainLarge)
                            .run(new NDList(kept), manager)
                            .singletonOrThrow());
                }
                for (int turn = 0; turn < captured.size(); turn++) {
                    assertSame(plain.get(turn), captured.get(turn));
                }
            }
        });
        assertEquals(List.of(), log);
    }

    /** When libtorch gives its unused memory back, a graph is not launched on what is somebody else's by then. */
    @Test
    void isCapturedAgainWhenItsMemoryIsGone() throws Exception {
        onGpu((manager, parameters) -> {
            try (CompiledModule module = Compilers.of("cudagraph", log::add).compile(network(64), parameters, manager);
                    CompiledModule plain = Compilers.of("none").compile(network(64), parameters, manager)) {
                NDArray x = input(64, manager);
                NDArray before = module.run(new NDList(x), manager).singletonOrThrow();
                JniUtils.emptyCudaCache();
                NDArray others = manager.zeros(new Shape(64, 1 << 20));
                NDArray after = module.run(new NDList(x), manager).singletonOrThrow();
                assertSame(plain.run(new NDList(x), manager).singletonOrThrow(), before);
                assertSame(before, after);
                assertEquals(0, others.max().getFloat());
            }
        });
        assertEquals(1, log.size(), log::toString);
        assertTrue(log.get(0).contains("capturing again"), log::toString);
    }

    /** Weights that are overwritten need no new capture; one that is another tensor is never read through the old capture. */
    @Test
    void newWeightsAreFollowed() throws Exception {
        onGpu((manager, parameters) -> {
            Map<String, NDArray> weights = new HashMap<>();
            Parameters changing = (key, type) -> weights.computeIfAbsent(key, name -> parameters.get(name, type));
            try (CompiledModule module = Compilers.of("cudagraph", log::add).compile(network(64), changing, manager);
                    CompiledModule plain = Compilers.of("none").compile(network(64), changing, manager)) {
                NDArray x = input(64, manager);
                module.run(new NDList(x), manager);
                NDArray weight = weights.get("layer.weight");
                TensorMemory.copyInto(weight, weight.mul(2));
                assertFalse(module.rebind());
                assertFalse(plain.rebind());
                NDArray overwritten = module.run(new NDList(x), manager).singletonOrThrow();
                assertSame(plain.run(new NDList(x), manager).singletonOrThrow(), overwritten);
                weights.put("layer.weight", weight.mul(3));
                assertTrue(module.rebind());
                assertTrue(plain.rebind());
                weight.close();
                NDArray replaced = module.run(new NDList(x), manager).singletonOrThrow();
                assertSame(plain.run(new NDList(x), manager).singletonOrThrow(), replaced);
            }
        });
        assertEquals(List.of(), log);
    }

    /** Closed modules leave no memory behind, however often they are made. The device's memory is counted, so nothing else may use it. */
    @Test
    void closedMeansFreed() throws Exception {
        try (TorchSession session = TorchSession.open("cuda")) {
            long settled = 0;
            for (int round = 0; round < 6; round++) {
                session.call(() -> {
                    try (NDManager manager = session.manager().newSubManager()) {
                        Parameters parameters = parameters(manager);
                        try (CompiledModule module =
                                Compilers.of("cudagraph", log::add).compile(network(256), parameters, manager)) {
                            module.run(new NDList(input(256, manager)), manager);
                        }
                    }
                    JniUtils.emptyCudaCache();
                    return null;
                });
                if (round == 2) {
                    settled = session.peakMemoryBytes();
                }
            }
            long end = session.peakMemoryBytes();
            assertTrue(end <= settled, "grew from " + settled + " to " + end + " bytes");
        }
    }

    @FunctionalInterface
    private interface GpuTest {
        void run(NDManager manager, Parameters parameters);
    }

    private static void onGpu(GpuTest test) throws Exception {
        try (TorchSession session = TorchSession.open("cuda")) {
            session.call(() -> {
                try (NDManager manager = session.manager().newSubManager()) {
                    test.run(manager, parameters(manager));
                }
                return null;
            });
        }
    }

    private static Graph network(long side) {
        GraphBuilder b = new GraphBuilder("test", DType.FP16);
        Node x = b.input("x", DType.FP16, 1, CHANNELS, side, side);
        Node h = x;
        for (int i = 0; i < 8; i++) {
            h = b.add(x, b.apply(new PointwiseOp.Silu(), b.in("layer").conv2d(h, CHANNELS, 3, 1, 1)));
        }
        b.output("y", h);
        return b.build();
    }

    private static NDArray input(long side, NDManager manager) {
        return manager.randomNormal(new Shape(1, CHANNELS, side, side)).toType(DataType.FLOAT16, false);
    }

    private static Parameters parameters(NDManager manager) {
        NDArray weight = manager.randomNormal(0f, 0.02f, new Shape(CHANNELS, CHANNELS, 3, 3), DataType.FLOAT32)
                .toType(DataType.FLOAT16, false);
        NDArray bias = manager.zeros(new Shape(CHANNELS)).toType(DataType.FLOAT16, false);
        return (key, type) -> key.endsWith("weight") ? weight : bias;
    }

    private static void assertSame(NDArray expected, NDArray actual) {
        assertArrayEquals(
                expected.toType(DataType.FLOAT32, true).toFloatArray(),
                actual.toType(DataType.FLOAT32, true).toFloatArray());
    }
}
