package org.diffusionjmh.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import ai.djl.Device;
import java.util.List;
import java.util.Optional;
import org.diffusionjmh.cache.Artifacts;
import org.diffusionjmh.graph.ContractionOp.Conv2d;
import org.diffusionjmh.graph.ConvTile;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.TensorType;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.pass.ConvChoice;
import org.diffusionjmh.pass.ConvLayer;
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
        assertSame(ConvChoice.LIBTORCH, tuner.on(Device.cpu()));
    }

    /** What is measured is one of what there is, once for each size; sizes without a kernel are not measured. */
    @Test
    @EnabledIfSystemProperty(named = "device", matches = "cuda.*")
    void measuresEachSizeOnce() throws Exception {
        try (TorchSession session = TorchSession.open(System.getProperty("device"))) {
            session.call(() -> {
                ConvChoice choice = tuner.on(session.device());
                for (long[] sizes : new long[][] {{2, 320, 64, 320}, {3, 640, 32, 640}, {3, 1280, 8, 1280}}) {
                    ConvLayer layer = layer(DType.FP16, sizes);
                    TensorType result = new Conv2d(1, 1).infer(List.of(layer.x(), layer.weight()));
                    List<ConvTile> tiles = kernels.convTiles(session.device(), layer.x(), result);
                    assumeFalse(tiles.isEmpty(), "for GPUs of compute capability 9.0");
                    Optional<ConvTile> tile = choice.tile(layer);
                    assertTrue(tile.isEmpty() || tiles.contains(tile.get()), tile.toString());
                    assertSame(tile, choice.tile(layer));
                }
                assertEquals(Optional.empty(), choice.tile(layer(DType.FP32, new long[] {1, 64, 8, 64})));
                assertEquals(Optional.empty(), choice.tile(layer(DType.FP16, new long[] {1, 4, 8, 64})));
                return null;
            });
        }
    }

    private static ConvLayer layer(DType type, long[] sizes) {
        TensorType x = TensorType.of(type, sizes[0], sizes[1], sizes[2], sizes[2]);
        return new ConvLayer(x, TensorType.of(type, sizes[3], sizes[1], 3, 3), 1, true);
    }
}
