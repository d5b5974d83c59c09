package org.diffusionjmh.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import ai.djl.Device;
import java.util.List;
import org.diffusionjmh.cache.Artifacts;
import org.diffusionjmh.graph.AttentionOp;
import org.diffusionjmh.graph.AttentionOp.ScaledDotProductAttention;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.TensorType;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.pass.AttentionChoice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

class AttentionTunerTest {
    private final CompileJournal journal = new CompileJournal(warning -> {
        throw new AssertionError(warning);
    });
    private final AttentionTuner tuner = new AttentionTuner(
            new KernelSupport(Artifacts.none(), journal),
            new DeviceChoices(Artifacts.none(), new CompileEnvironment(), journal),
            journal);

    @Test
    void aCpuHasNoKernelToMeasure() {
        assertSame(AttentionChoice.LIBTORCH, tuner.on(new TrialSession(Device.cpu())));
    }

    /** Each size is measured once, and float32 is libtorch's, because no other kernel takes it. */
    @Test
    @EnabledIfSystemProperty(named = "device", matches = "cuda.*")
    void measuresEachSizeOnce() throws Exception {
        try (TorchSession session = TorchSession.open(System.getProperty("device"))) {
            session.call(() -> {
                try (TrialSession trials = new TrialSession(session.device())) {
                    AttentionChoice choice = tuner.on(trials);
                    for (long[] sizes : new long[][] {
                        {3, 8, 16384, 16384, 40},
                        {3, 8, 4096, 4096, 40},
                        {3, 8, 4096, 77, 40},
                        {3, 8, 4096, 4096, 80},
                        {3, 8, 1024, 1024, 160},
                        {2, 10, 4096, 4096, 64},
                        {2, 20, 1024, 1024, 64},
                        {2, 20, 1024, 77, 64}
                    }) {
                        ScaledDotProductAttention attention =
                                new ScaledDotProductAttention(false, 1 / Math.sqrt((double) sizes[4]));
                        TensorType query = TensorType.of(DType.FP16, sizes[0], sizes[1], sizes[2], sizes[4]);
                        TensorType key = query.withSize(2, sizes[3]);
                        long start = System.nanoTime();
                        AttentionOp fastest = choice.fastest(attention, query, key);
                        System.out.printf(
                                "%s %s: %s, %d ms%n", query, key, fastest, (System.nanoTime() - start) / 1_000_000);
                        assertEquals(query, fastest.infer(List.of(query, key, key)));
                        assertSame(fastest, choice.fastest(attention, query, key));
                    }
                    ScaledDotProductAttention plain = new ScaledDotProductAttention(false, 1);
                    TensorType wide = TensorType.of(DType.FP32, 1, 2, 64, 64);
                    assertEquals(plain, choice.fastest(plain, wide, wide));
                }
                return null;
            });
        }
    }
}
