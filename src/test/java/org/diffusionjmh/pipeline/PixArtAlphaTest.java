package org.diffusionjmh.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.source.ModelFiles;
import org.diffusionjmh.source.Scale;
import org.diffusionjmh.source.SnapshotFiles;
import org.diffusionjmh.testing.Fixtures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What the recorded runs do not show: texts and sizes as users give them, and what is refused. */
class PixArtAlphaTest {
    private static final PipelineOptions OPTIONS =
            new PipelineOptions("cpu", DType.FP32, "none", Scale.FULL, Optional.empty(), Optional.empty());
    private static final PixArtOptions UNBINNED = PixArtOptions.DEFAULT.withResolutionBinning(false);

    private static ModelFiles snapshot() throws IOException {
        Path folder = Fixtures.ofKind("pixart-alpha").get(0).resolve("snapshot");
        return SnapshotFiles.open("pixart", folder, Optional.empty());
    }

    /** A snapshot whose sizes are binned, to such that a test can afford. */
    private static ModelFiles binned() throws IOException {
        RecordedCase recorded = RecordedCase.of("pixart-alpha")
                .filter(other -> other.request().pixArt().orElseThrow().useResolutionBinning())
                .findFirst()
                .orElseThrow();
        ModelFiles files = SnapshotFiles.open("pixart", recorded.snapshot(), Optional.empty());
        return recorded.transformer()
                .<ModelFiles>map(folder -> new ReplacedComponent(files, "transformer", folder))
                .orElse(files);
    }

    private static TextToImagePipeline pipeline(ModelFiles files) throws IOException {
        TorchSession session = TorchSession.open("cpu");
        try {
            return Pipelines.textToImage(files, OPTIONS, session, warning -> {});
        } catch (IOException | RuntimeException e) {
            session.close();
            throw e;
        }
    }

    private static TextToImageRequest.Builder request(String prompt) {
        return TextToImageRequest.builder(prompt)
                .size(32, 48)
                .numInferenceSteps(1)
                .guidanceScale(1)
                .pixArt(UNBINNED);
    }

    private static RgbImage generate(TextToImagePipeline pipeline, TextToImageRequest request) {
        return pipeline.generate(request, StepListener.NONE, warning -> {}).get(0);
    }

    @Test
    void promptsAreCleanedUnlessToldOtherwise() throws IOException {
        try (TextToImagePipeline pipeline = pipeline(snapshot())) {
            RgbImage plain = generate(pipeline, request("a fox").build());
            TextToImageRequest marked = request("  A <b>Fox</b>").build();
            assertEquals(plain, generate(pipeline, marked));
            TextToImageRequest asItIs =
                    marked.toBuilder().pixArt(UNBINNED.withCleanCaption(false)).build();
            assertTrue(!plain.equals(generate(pipeline, asItIs)));
        }
    }

    /** Any size will do: it is generated at a size of the training. */
    @Test
    void picturesHaveTheSizeThatWasAskedFor() throws IOException {
        try (TextToImagePipeline pipeline = pipeline(binned())) {
            TextToImageRequest binned = request("a fox")
                    .size(97, 131)
                    .numImagesPerPrompt(2)
                    .pixArt(PixArtOptions.DEFAULT)
                    .build();
            List<RgbImage> images = pipeline.generate(binned, StepListener.NONE, warning -> {});
            assertEquals(2, images.size());
            images.forEach(image -> assertEquals(List.of(97, 131), List.of(image.height(), image.width())));
        }
    }

    @Test
    void whatWasCutOffIsTold() throws IOException {
        List<String> warnings = new ArrayList<>();
        try (TextToImagePipeline pipeline = pipeline(snapshot())) {
            TextToImageRequest request = request("a fox in the rain")
                    .pixArt(UNBINNED.withMaxSequenceLength(3))
                    .build();
            pipeline.generate(request, StepListener.NONE, warnings::add);
        }
        assertEquals(1, warnings.size(), warnings::toString);
        assertTrue(warnings.get(0).startsWith("the prompt is longer than 3 tokens; this part was cut off: "));
    }

    @Test
    void optionsItDoesNotHaveAreRefused() throws IOException {
        try (TextToImagePipeline pipeline = pipeline(snapshot())) {
            assertRefused(pipeline, request -> request.prompts2(List.of("b")), "takes no prompt_2");
            assertRefused(pipeline, request -> request.clipSkip(1), "takes no clip_skip");
            assertRefused(pipeline, request -> request.guidanceRescale(0.5), "takes no guidance_rescale");
            assertRefused(pipeline, request -> request.denoisingEnd(0.5), "takes no denoising_end");
            assertRefused(pipeline, request -> request.deepCache(new DeepCache(3, 0, 0)), "a transformer has none");
            assertRefused(pipeline, request -> request.size(40, 48), "are 40 and 48, want multiples of 16");
        }
    }

    private static void assertRefused(
            TextToImagePipeline pipeline, Consumer<TextToImageRequest.Builder> change, String reason) {
        TextToImageRequest.Builder request = request("a fox");
        change.accept(request);
        assertRefused(() -> pipeline.start(request.build(), warning -> {}), reason);
    }

    private static void assertRefused(Executable call, String reason) {
        String message = assertThrows(IllegalArgumentException.class, call).getMessage();
        assertTrue(message.contains(reason), message);
    }

    /** Only its own pipeline resizes: others refuse a size that has no latents, whatever the request's options are. */
    @Test
    void otherPipelinesRefuseAnySize() throws IOException {
        ModelFiles sd =
                SnapshotFiles.open("sd", Fixtures.ofKind("sd15-t2i").get(0).resolve("snapshot"), Optional.empty());
        try (TextToImagePipeline pipeline = pipeline(sd)) {
            assertRefused(
                    pipeline,
                    request -> request.size(97, 131).pixArt(PixArtOptions.DEFAULT),
                    "height is 97, want a multiple of 8");
        }
        assertRefused(() -> TextToImageRequest.builder("a").size(97, 131).build(), "want a multiple of 8");
        assertRefused(
                () -> TextToImageRequest.builder("a")
                        .size(0, 8)
                        .pixArt(PixArtOptions.DEFAULT)
                        .build(),
                "the size is 0x8");
        assertRefused(() -> PixArtOptions.DEFAULT.withMaxSequenceLength(0), "max_sequence_length is 0");
    }

    /** A transformer for another text encoder, made by its configuration alone. */
    @Test
    void theTransformerMustFitTheOtherNetworks(@TempDir Path folder) throws IOException {
        assertMisfit(
                folder, "{\"caption_channels\": 5}", "the transformer takes text of width 5, want the text encoder's");
        assertMisfit(folder, "{\"in_channels\": 3}", "the transformer takes 3 channels, want the autoencoder's");
        assertMisfit(folder, "{\"out_channels\": 5}", "the transformer gives 5 channels, want 4, or 8 if");
    }

    private static void assertMisfit(Path folder, String config, String reason) throws IOException {
        Files.writeString(folder.resolve("config.json"), config);
        assertRefused(() -> pipeline(new ReplacedComponent(snapshot(), "transformer", folder)), reason);
    }

    @Test
    void itTakesNoPicture() {
        assertRefused(
                () -> {
                    try (TorchSession session = TorchSession.open("cpu")) {
                        Pipelines.imageToImage(snapshot(), OPTIONS, session, warning -> {});
                    }
                },
                "makes pictures from text alone, without an input image or a ControlNet");
    }
}
