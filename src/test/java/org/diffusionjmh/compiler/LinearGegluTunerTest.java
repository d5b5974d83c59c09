package org.diffusionjmh.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import ai.djl.Device;
import java.util.List;
import java.util.OptionalInt;
import org.diffusionjmh.cache.Artifacts;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.TensorType;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.pass.LinearGegluChoice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

class LinearGegluTunerTest {
    private final CompileJournal journal = new CompileJournal(warning -> {
        throw new AssertionError(warning);
    });
    private final KernelSupport kernels = new KernelSupport(Artifacts.none(), journal);
    private final LinearGegluTuner tuner = new LinearGegluTuner(
            kernels, new DeviceChoices(Artifacts.none(), new CompileEnvironment(), journal), journal);

    @Test
    void aCpuHasNoKernelToMeasure() {
        assertSame(LinearGegluChoice.APART, tuner.on(new TrialSession(Device.cpu())));
    }

    /** What is measured is one of what there is, once for each size; sizes without a kernel are not measured. */
    @Test
    @EnabledIfSystemProperty(named = "device", matches = "cuda.*")
    void measuresEachSizeOnce() throws Exception {
        try (TorchSession session = TorchSession.open(System.getProperty("device"))) {
            session.call(() -> {
                try (TrialSession trials = new TrialSession(session.device())) {
                    List<Integer> tiles = kernels.linearGegluTiles(session.device());
                    assumeFalse(tiles.isEmpty(), "for GPUs of compute capability 9.0");
                    LinearGegluChoice choice = tuner.on(trials);
                    for (long[] sizes : new long[][] {
                        {2048, 1280, 5120}, {8192, 640, 2560}, {512, 1280, 5120}, {2048, 640, 2560}, {192, 1280, 5120}
                    }) {
                        TensorType x = TensorType.of(DType.FP16, 2, sizes[0] / 2, sizes[1]);
                        TensorType weight = TensorType.of(DType.FP16, 2 * sizes[2], sizes[1]);
                        long start = System.nanoTime();
                        OptionalInt tile = choice.tile(x, weight);
                        System.out.printf(
                                "%s %s: %s, %d ms%n", x, weight, tile, (System.nanoTime() - start) / 1_000_000);
                        assertTrue(tile.isEmpty() || tiles.contains(tile.getAsInt()), tile.toString());
                        assertSame(tile, choice.tile(x, weight));
                    }
                    TensorType wide = TensorType.of(DType.FP32, 64, 64);
                    assertEquals(OptionalInt.empty(), choice.tile(wide, wide));
                }
                return null;
            });
        }
    }
}
