package org.diffusionjmh.pipeline;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.image.EllipseImage;
import org.diffusionjmh.image.ImageComparison;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.source.BuiltInModel;
import org.diffusionjmh.source.Scale;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pictures of {@code fused} are those of {@code none}, at full size in float16 after 10 steps, from several seeds; prints how alike they
 * are: {@code -Ddevice=cuda}.
 */
@EnabledIfSystemProperty(named = "device", matches = "cuda.*")
class SamePictureTest {
    private static final List<Long> SEEDS = List.of(333L, 1L, 2L, 3L);

    /** In dB. */
    private static final double ENOUGH = 35;

    private static PipelineOptions options(String compiler) {
        return new PipelineOptions(
                System.getProperty("device"), DType.FP16, compiler, Scale.FULL, Optional.empty(), Optional.empty());
    }

    private static TextToImageRequest request(int side, long seed) {
        return TextToImageRequest.builder("a cat sitting on human lap")
                .size(side, side)
                .numInferenceSteps(10)
                .seed(seed)
                .build();
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 1024})
    void textToImage(int side) throws IOException {
        assertAlike("SDXL", side, pictures("none", side), pictures("fused", side));
    }

    private static List<RgbImage> pictures(String compiler, int side) throws IOException {
        try (TextToImagePipeline pipeline =
                Pipelines.textToImage(BuiltInModel.REALVISXL_V4_0.id(), options(compiler), warning -> {})) {
            List<RgbImage> pictures = new ArrayList<>();
            for (long seed : SEEDS) {
                pictures.addAll(pipeline.generate(request(side, seed), StepListener.NONE, warning -> {}));
            }
            return pictures;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 1024})
    void instructPix2Pix(int side) throws IOException {
        assertAlike("InstructPix2Pix", side, changed("none", side), changed("fused", side));
    }

    private static List<RgbImage> changed(String compiler, int side) throws IOException {
        try (ImageToImagePipeline pipeline =
                Pipelines.imageToImage(BuiltInModel.INSTRUCT_PIX2PIX.id(), options(compiler), warning -> {})) {
            List<RgbImage> pictures = new ArrayList<>();
            for (long seed : SEEDS) {
                ImageToImageRequest request = ImageToImageRequest.of(request(side, seed), EllipseImage.of(side, side));
                pictures.addAll(pipeline.generate(request, StepListener.NONE, warning -> {}));
            }
            return pictures;
        }
    }

    private static void assertAlike(String model, int side, List<RgbImage> expected, List<RgbImage> actual) {
        for (int i = 0; i < expected.size(); i++) {
            ImageComparison comparison = ImageComparison.of(expected.get(i), actual.get(i));
            System.out.printf(
                    Locale.ROOT,
                    "%s, %d pixels, seed %d: PSNR %.1f dB, SSIM %.4f, largest difference %d%n",
                    model,
                    side,
                    SEEDS.get(i),
                    comparison.psnr(),
                    comparison.ssim(),
                    comparison.maxDifference());
            assertTrue(comparison.psnr() >= ENOUGH, model + ", seed " + SEEDS.get(i) + ": " + comparison);
        }
    }
}
