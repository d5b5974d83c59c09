package org.diffusionjmh.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.source.ModelFiles;
import org.diffusionjmh.source.Scale;
import org.diffusionjmh.source.SnapshotFiles;
import org.diffusionjmh.testing.Fixtures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is kept from step to step belongs to a run, and to nothing else. */
class DeepCacheTest {
    private static final DeepCache EVERY_THIRD = new DeepCache(3, 0, 0);
    private static final int STEPS = 5;

    private TextToImagePipeline pipeline;

    @BeforeEach
    void load() throws IOException {
        ModelFiles files =
                SnapshotFiles.open("sd15", Fixtures.ofKind("sd15-t2i").get(0).resolve("snapshot"), Optional.empty());
        PipelineOptions options =
                new PipelineOptions("cpu", DType.FP32, "none", Scale.FULL, Optional.empty(), Optional.empty());
        pipeline = Pipelines.textToImage(files, options, TorchSession.open("cpu"), warning -> {});
    }

    @AfterEach
    void close() {
        pipeline.close();
    }

    private static TextToImageRequest request(long seed, Optional<DeepCache> cache) {
        TextToImageRequest.Builder request = TextToImageRequest.builder("a red fox")
                .size(64, 64)
                .numInferenceSteps(STEPS)
                .seed(seed);
        cache.ifPresent(request::deepCache);
        return request.build();
    }

    private Denoising start(long seed, Optional<DeepCache> cache) {
        return pipeline.start(request(seed, cache), warning -> {});
    }

    private static float[] finish(Denoising run) {
        while (run.hasNext()) {
            run.step(StepListener.NONE);
        }
        return run.latents().toFloatArray();
    }

    private <T> T onSession(Callable<T> task) throws Exception {
        return pipeline.session().call(task);
    }

    private float[] latents(long seed, Optional<DeepCache> cache) throws Exception {
        return onSession(() -> {
            try (Denoising run = start(seed, cache)) {
                return finish(run);
            }
        });
    }

    /** Runs that take turns do not see each other's features, one of them without any. */
    @Test
    void runsThatTakeTurnsAreAsOnTheirOwn() throws Exception {
        List<Optional<DeepCache>> caches =
                List.of(Optional.of(EVERY_THIRD), Optional.of(new DeepCache(2, 1, 2)), Optional.empty());
        List<float[]> together = onSession(() -> {
            List<Denoising> runs = new ArrayList<>();
            for (Optional<DeepCache> cache : caches) {
                runs.add(start(runs.size(), cache));
            }
            while (runs.get(0).hasNext()) {
                runs.forEach(run -> run.step(StepListener.NONE));
            }
            List<float[]> latents =
                    runs.stream().map(run -> run.latents().toFloatArray()).toList();
            runs.forEach(Denoising::close);
            return latents;
        });
        for (int i = 0; i < caches.size(); i++) {
            assertArrayEquals(latents(i, caches.get(i)), together.get(i), "run " + i);
        }
    }

    /** A run that goes back to its start begins a new interval, wherever it was. */
    @Test
    void goingBackBeginsAnInterval() throws Exception {
        float[] again = onSession(() -> {
            try (Denoising run = start(1, Optional.of(EVERY_THIRD))) {
                run.step(StepListener.NONE);
                run.step(StepListener.NONE);
                run.rewind();
                return finish(run);
            }
        });
        assertArrayEquals(latents(1, Optional.of(EVERY_THIRD)), again);
    }

    /** An interval of one step keeps nothing; a longer one changes the picture. */
    @Test
    void anIntervalOfOneStepChangesNothing() throws Exception {
        float[] plain = latents(1, Optional.empty());
        assertArrayEquals(plain, latents(1, Optional.of(new DeepCache(1, 0, 0))));
        assertFalse(Arrays.equals(plain, latents(1, Optional.of(EVERY_THIRD))));
    }

    /** Nothing is left on the device when a run ends. */
    @Test
    void whatIsKeptGoesWithItsRun() throws Exception {
        latents(1, Optional.of(EVERY_THIRD));
        int arrays = pipeline.session().manager().getManagedArrays().size();
        latents(2, Optional.of(EVERY_THIRD));
        assertEquals(arrays, pipeline.session().manager().getManagedArrays().size());
    }

    @Test
    void aSkipConnectionThatTheUNetLacksIsRefusedWhenARunStarts() {
        Optional<DeepCache> cache = Optional.of(new DeepCache(3, 4, 0));
        assertEquals(
                "cache_layer_id is 4, want 0 to 3: the U-Net has 4 down blocks",
                assertThrows(IllegalArgumentException.class, () -> start(1, cache))
                        .getMessage());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0 | 0  | 0  | cache_interval is 0, want at least 1
            3 | -1 | 0  | cache_layer_id is -1, want at least 0
            3 | 0  | -2 | cache_block_id is -2, want at least 0
            """)
    void numbersThatNoUNetHasAreRefused(int interval, int layerId, int blockId, String message) {
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, () -> new DeepCache(interval, layerId, blockId))
                        .getMessage());
    }
}
