package org.diffusionjmh.compiler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.diffusionjmh.cache.Artifacts;
import org.diffusionjmh.graph.ContractionOp.Conv2d;
import org.diffusionjmh.graph.ConvTile;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.TensorType;
import org.diffusionjmh.kernel.FusedOperators;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.pass.ConvChoice;
import org.diffusionjmh.pass.ConvLayer;
import org.diffusionjmh.pass.ConvLayer.After;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

class ConvTunerTest {
    private final CompileJournal journal = new CompileJournal(warning -> {
        throw new AssertionError(warning);
    });
    private final KernelSupport kernels = new KernelSupport(Artifacts.none(), journal);
    private final ConvTuner tuner =
            new ConvTuner(kernels, new DeviceChoices(Artifacts.none(), new CompileEnvironment(), journal), journal);

    @Test
    void aCpuHasNoKernelToMeasure() {
        assertSame(ConvChoice.LIBTORCH, tuner.on(new TrialSession(Device.cpu())));
    }

    /** All ways to compute a convolution, with what follows it, have the same result. */
    @Test
    void candidatesAgree() throws Exception {
        FusedOperators.get();
        ConvTile tile = new ConvTile(128, 160);
        try (TorchSession session = TorchSession.open("cpu")) {
            session.call(() -> {
                for (After after : After.values()) {
                    long side = after == After.INTERLEAVE ? 2 : 3;
                    ConvLayer layer = new ConvLayer(
                            TensorType.of(DType.FP32, 2, 6, 5, 7),
                            TensorType.of(DType.FP32, 8, 6, side, side),
                            1,
                            after);
                    Map<Optional<ConvTile>, Graph> graphs = ConvCandidates.of(layer, List.of(tile));
                    assertArrayEquals(
                            run(graphs.get(Optional.empty()), session),
                            run(graphs.get(Optional.of(tile)), session),
                            1e-4F,
                            after.toString());
                }
                return null;
            });
        }
    }

    private static float[] run(Graph graph, TorchSession session) {
        try (NDManager manager = session.manager().newSubManager();
                CompiledModule module = InterpretedCompiler.none().compile(graph, Parameters.none(), manager)) {
            NDList inputs = new NDList();
            for (Node input : graph.inputs()) {
                Shape shape = TensorTypes.shape(input.type());
                inputs.add(manager.arange((float) shape.size()).mul(0.7F).sin().reshape(shape));
            }
            return module.run(inputs, manager).singletonOrThrow().toFloatArray();
        }
    }

    /** What is measured is one of what there is, once for each size; sizes without a kernel are not measured. */
    @Test
    @EnabledIfSystemProperty(named = "device", matches = "cuda.*")
    void measuresEachSizeOnce() throws Exception {
        try (TorchSession session = TorchSession.open(System.getProperty("device"))) {
            session.call(() -> {
                try (TrialSession trials = new TrialSession(session.device())) {
                    ConvChoice choice = tuner.on(trials);
                    for (long[] sizes : new long[][] {{2, 320, 64, 320}, {3, 640, 32, 640}, {3, 1280, 16, 1280}}) {
                        ConvLayer layer = layer(DType.FP16, sizes);
                        TensorType result = new Conv2d(1, 1).infer(List.of(layer.x(), layer.weight()));
                        List<ConvTile> tiles = kernels.convTiles(session.device(), layer.weight(), result);
                        assumeFalse(tiles.isEmpty(), "for GPUs of compute capability 9.0");
                        Map<ConvLayer, ConvTile> chosen = choice.tiles(Set.of(layer));
                        assertTrue(tiles.containsAll(chosen.values()), chosen.toString());
                        assertEquals(chosen, choice.tiles(Set.of(layer)));
                    }
                    ConvLayer wide = layer(DType.FP32, new long[] {1, 64, 8, 64});
                    ConvLayer narrow = layer(DType.FP16, new long[] {1, 4, 8, 64});
                    assertEquals(Map.of(), choice.tiles(Set.of(wide, narrow)));
                }
                return null;
            });
        }
    }

    private static ConvLayer layer(DType type, long[] sizes) {
        TensorType x = TensorType.of(type, sizes[0], sizes[1], sizes[2], sizes[2]);
        return new ConvLayer(x, TensorType.of(type, sizes[3], sizes[1], 3, 3), 1, After.SUM);
    }
}
