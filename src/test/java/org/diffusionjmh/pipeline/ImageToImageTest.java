package org.diffusionjmh.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.source.ModelFiles;
import org.diffusionjmh.source.Scale;
import org.diffusionjmh.source.SnapshotFiles;
import org.diffusionjmh.testing.Fixtures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What pipelines from pictures to pictures refuse. */
class ImageToImageTest {
    private static final RgbImage PICTURE = RgbImage.of(21, 37, new byte[21 * 37 * 3]);
    private static final PipelineOptions OPTIONS =
            new PipelineOptions("cpu", DType.FP32, "none", Scale.FULL, Optional.empty(), Optional.empty());

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1.01, Double.NaN})
    void strengthIsAFraction(double strength) {
        ImageToImageRequest request = ImageToImageRequest.of(text(4), PICTURE);
        assertRefused("strength is " + strength + ", want 0 to 1", () -> request.withStrength(strength));
    }

    @Test
    void sizesAreMultiplesOfEight() {
        assertRefused(
                "height is 60, want a multiple of 8",
                () -> TextToImageRequest.builder("").size(60, 64).build());
        TextToImageRequest rounded =
                TextToImageRequest.builder("").sizeOf(PICTURE).build();
        assertEquals(List.of(16, 32), List.of(rounded.height(), rounded.width()));
        RgbImage small = RgbImage.of(7, 8, new byte[7 * 8 * 3]);
        assertRefused(
                "height is 0, want a multiple of 8",
                () -> TextToImageRequest.builder("").sizeOf(small).build());
    }

    @Test
    void aStrengthThatLeavesNoStepIsRefused() throws Exception {
        try (ImageToImagePipeline pipeline = imageToImage(snapshot("sd15-t2i"))) {
            ImageToImageRequest request =
                    ImageToImageRequest.of(text(4), PICTURE).withStrength(0.2);
            assertRefused(
                    "strength 0.2 of 4 steps leaves no step to take; want more steps, or a strength of at least 0.25",
                    () -> pipeline.start(request, warning -> {}));
        }
    }

    @Test
    void optionsOfTheOtherPipelineAreRefused() throws Exception {
        ImageToImageRequest plain = ImageToImageRequest.of(text(4), PICTURE);
        try (ImageToImagePipeline pipeline = imageToImage(snapshot("sd15-t2i"))) {
            assertRefused(
                    "takes no image_guidance_scale",
                    () -> pipeline.start(plain.withImageGuidanceScale(1.5), warning -> {}));
        }
        try (ImageToImagePipeline pipeline = imageToImage(snapshot("instruct-pix2pix"))) {
            assertRefused("takes no strength", () -> pipeline.start(plain.withStrength(0.5), warning -> {}));
        }
    }

    @Test
    void editingNeedsAPicture() {
        assertRefused("edits pictures and makes none from text alone", () -> textToImage(snapshot("instruct-pix2pix")));
    }

    /** CosXL's models see the picture's latents in the scale of their own: so says their index. */
    @Test
    void theIndexSaysHowTheDenoiserSeesThePicture() throws Exception {
        String kind = "sdxl-instruct-pix2pix";
        List<RgbImage> plain = edited(snapshot(kind));
        assertEquals(plain, edited(ReconfiguredFiles.withIndexEntry(snapshot(kind), "is_cosxl_edit", false)));
        assertNotEquals(plain, edited(ReconfiguredFiles.withIndexEntry(snapshot(kind), "is_cosxl_edit", true)));
    }

    private static List<RgbImage> edited(ModelFiles files) throws IOException {
        byte[] pixels = new byte[64 * 64 * 3];
        new Random(1).nextBytes(pixels);
        TextToImageRequest text = TextToImageRequest.builder("a cat")
                .size(64, 64)
                .numInferenceSteps(2)
                .build();
        try (ImageToImagePipeline pipeline = imageToImage(files)) {
            return pipeline.generate(
                    ImageToImageRequest.of(text, RgbImage.of(64, 64, pixels)), step -> {}, warning -> {});
        }
    }

    /** A snapshot whose index and U-Net do not fit says so, before anything is computed. */
    @Test
    void theUnetsChannelsMustFitThePipeline() {
        assertRefused(
                "the U-Net takes 8 channels, want 4. It edits pictures",
                () -> textToImage(ReconfiguredFiles.withIndexEntry(
                        snapshot("instruct-pix2pix"), "_class_name", "StableDiffusionPipeline")));
        assertRefused(
                "the U-Net takes 4 channels, want 8. It knows no input picture",
                () -> imageToImage(ReconfiguredFiles.withIndexEntry(
                        snapshot("sd15-t2i"), "_class_name", "StableDiffusionInstructPix2PixPipeline")));
    }

    @Test
    void whatIsNotSupportedIsNamed() {
        assertRefused(
                "model_index.json names the pipeline KandinskyPipeline; supported: StableDiffusionPipeline",
                () -> imageToImage(
                        ReconfiguredFiles.withIndexEntry(snapshot("sd15-t2i"), "_class_name", "KandinskyPipeline")));
        assertRefused(
                "requires_aesthetics_score",
                () -> imageToImage(
                        ReconfiguredFiles.withIndexEntry(snapshot("sdxl-t2i"), "requires_aesthetics_score", true)));
    }

    private static TextToImageRequest text(int steps) {
        return TextToImageRequest.builder("a cat")
                .sizeOf(PICTURE)
                .numInferenceSteps(steps)
                .build();
    }

    private static ModelFiles snapshot(String kind) throws IOException {
        return SnapshotFiles.open(kind, Fixtures.ofKind(kind).get(0).resolve("snapshot"), Optional.empty());
    }

    private static ImageToImagePipeline imageToImage(ModelFiles files) throws IOException {
        TorchSession session = TorchSession.open("cpu");
        try {
            return Pipelines.imageToImage(files, OPTIONS, session, warning -> {});
        } catch (IOException | RuntimeException e) {
            session.close();
            throw e;
        }
    }

    private static TextToImagePipeline textToImage(ModelFiles files) throws IOException {
        TorchSession session = TorchSession.open("cpu");
        try {
            return Pipelines.textToImage(files, OPTIONS, session, warning -> {});
        } catch (IOException | RuntimeException e) {
            session.close();
            throw e;
        }
    }

    private static void assertRefused(String reason, Executable call) {
        String message = assertThrows(IllegalArgumentException.class, call).getMessage();
        assertTrue(message.contains(reason), message);
    }
}
