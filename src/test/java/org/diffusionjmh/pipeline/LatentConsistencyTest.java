package org.diffusionjmh.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.source.ModelFiles;
import org.diffusionjmh.source.Scale;
import org.diffusionjmh.source.SnapshotFiles;
import org.diffusionjmh.testing.Fixtures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What is particular to latent consistency models beside their numbers. */
class LatentConsistencyTest {
    private static final Optional<String> OWN = Optional.empty();
    private static final Optional<String> AUTO = Optional.of(PipelineOptions.AUTO);
    private static final int STEPS = 3;

    private final List<String> warnings = new ArrayList<>();

    private static ModelFiles snapshot(String kind) throws IOException {
        Path folder = Fixtures.ofKind(kind).get(0).resolve("snapshot");
        return SnapshotFiles.open(kind, folder, Optional.empty());
    }

    private static TextToImagePipeline pipeline(ModelFiles files, Optional<String> scheduler) throws IOException {
        PipelineOptions options =
                new PipelineOptions("cpu", DType.FP32, "none", Scale.FULL, Optional.empty(), scheduler);
        TorchSession session = TorchSession.open("cpu");
        try {
            return Pipelines.textToImage(files, options, session, warning -> {});
        } catch (IOException | RuntimeException e) {
            session.close();
            throw e;
        }
    }

    private static TextToImageRequest.Builder request() {
        return TextToImageRequest.builder("a red fox").size(64, 64).numInferenceSteps(STEPS);
    }

    private int steps(ModelFiles files, Optional<String> scheduler, TextToImageRequest request) throws Exception {
        try (TextToImagePipeline pipeline = pipeline(files, scheduler)) {
            return pipeline.session().call(() -> {
                try (Denoising run = pipeline.start(request, warnings::add)) {
                    return run.steps();
                }
            });
        }
    }

    private static void assertRefused(String reason, Executable call) {
        String message = assertThrows(IllegalArgumentException.class, call).getMessage();
        assertTrue(message.contains(reason), message);
    }

    /** Left to itself, the program keeps LCM's scheduler, and replaces others: PNDM would take a step more. */
    @Test
    void theSchedulerOfTheirKindIsKept() throws Exception {
        assertEquals(STEPS, steps(snapshot("few-step"), AUTO, request().build()));
        assertEquals(STEPS, steps(snapshot("sd15-t2i"), AUTO, request().build()));
        assertEquals(STEPS + 1, steps(snapshot("sd15-t2i"), OWN, request().build()));
    }

    @Test
    void otherSchedulersAreRefused() {
        assertRefused(
                "is sampled from by LCMScheduler only, not by EulerDiscreteScheduler",
                () -> pipeline(snapshot("few-step"), Optional.of("EulerDiscreteScheduler")));
        JsonObject ddim = new JsonObject();
        ddim.addProperty("_class_name", "DDIMScheduler");
        assertRefused(
                "is sampled from by LCMScheduler only, not by the snapshot's \"DDIMScheduler\"",
                () -> pipeline(ReconfiguredFiles.withScheduler(snapshot("few-step"), Optional.of(ddim)), OWN));
    }

    @Test
    void theUNetMustTakeTheGuidanceScale() {
        assertRefused(
                "the U-Net's configuration has no time_cond_proj_dim: it is no latent consistency model",
                () -> pipeline(
                        ReconfiguredFiles.withIndexEntry(
                                snapshot("sd15-t2i"), "_class_name", "LatentConsistencyModelPipeline"),
                        Optional.of("LCMScheduler")));
    }

    @Test
    void aNegativePromptIsIgnoredAloud() throws Exception {
        steps(snapshot("few-step"), OWN, request().negativePrompt("blurry").build());
        assertEquals(1, warnings.size(), warnings::toString);
        assertTrue(warnings.get(0).startsWith("the negative prompt is ignored"), warnings::toString);
    }

    @Test
    void stepsAreThoseOfTheDistillation() {
        assertRefused(
                "num_inference_steps is 3, want at most original_inference_steps times strength, which is 2",
                () -> steps(
                        snapshot("few-step"),
                        OWN,
                        request().originalInferenceSteps(2).build()));
        assertRefused(
                "PNDMScheduler takes no option 'original_inference_steps'",
                () -> steps(
                        snapshot("sd15-t2i"),
                        OWN,
                        request().originalInferenceSteps(20).build()));
    }
}
