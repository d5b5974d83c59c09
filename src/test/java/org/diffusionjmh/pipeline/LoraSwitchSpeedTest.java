package org.diffusionjmh.pipeline;

import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.image.ImageComparison;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.lora.Lora;
import org.diffusionjmh.lora.RandomLora;
import org.diffusionjmh.source.BuiltInFiles;
import org.diffusionjmh.source.BuiltInModel;
import org.diffusionjmh.source.Scale;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Times the switch between LoRAs of every layer on a warm SDXL of full size, in float16, and prints it: {@code -Ddevice=cuda}. The
 * pictures are those of a fresh pipeline.
 */
@EnabledIfSystemProperty(named = "device", matches = "cuda.*")
class LoraSwitchSpeedTest {
    private static final BuiltInModel MODEL = BuiltInModel.REALVISXL_V4_0;
    private static final TextToImageRequest REQUEST = TextToImageRequest.builder("a cat")
            .size(512, 512)
            .numInferenceSteps(4)
            .guidanceScale(5)
            .build();

    @TempDir
    private Path folder;

    private Lora lora(int seed) throws IOException {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu());
                BuiltInFiles files = new BuiltInFiles(MODEL, Scale.FULL, manager)) {
            return new Lora(
                    RandomLora.of(RandomLora.layers(files), seed, 8).write(folder.resolve(seed + ".safetensors")));
        }
    }

    private static TextToImagePipeline pipeline(String compiler) throws IOException {
        PipelineOptions options = new PipelineOptions(
                System.getProperty("device"), DType.FP16, compiler, Scale.FULL, Optional.empty(), Optional.empty());
        return Pipelines.textToImage(MODEL.id(), options, warning -> {});
    }

    private static RgbImage picture(TextToImagePipeline pipeline) {
        return pipeline.generate(REQUEST, StepListener.NONE, warning -> {}).get(0);
    }

    private static double secondsToSet(TextToImagePipeline pipeline, String what, Lora... loras) throws IOException {
        pipeline.session().synchronize();
        long start = System.nanoTime();
        pipeline.setLoras(List.of(loras));
        pipeline.session().synchronize();
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(Locale.ROOT, "%s: %.3f s%n", what, seconds);
        return seconds;
    }

    /** Two pipelines may choose other kernels by measuring them, which rounds in another way. */
    private static void assertAlike(RgbImage expected, RgbImage actual) {
        double psnr = ImageComparison.of(expected, actual).psnr();
        assertTrue(psnr > 40, "PSNR " + psnr + " dB");
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "cudagraph", "fused"})
    void switchesWithinASecond(String compiler) throws Exception {
        Lora a = lora(1);
        Lora b = lora(2);
        RgbImage expected;
        try (TextToImagePipeline fresh = pipeline(compiler)) {
            fresh.setLoras(List.of(b));
            expected = picture(fresh);
        }
        try (TextToImagePipeline pipeline = pipeline(compiler)) {
            RgbImage base = picture(pipeline);
            assertTrue(ImageComparison.of(base, expected).psnr() < 40, "the LoRA has no effect");
            secondsToSet(pipeline, compiler + ", the first LoRA", a);
            picture(pipeline);
            double seconds = secondsToSet(pipeline, compiler + ", another LoRA", b);
            long start = System.nanoTime();
            assertAlike(expected, picture(pipeline));
            System.out.printf(
                    Locale.ROOT, "%s, the next picture: %.3f s%n", compiler, (System.nanoTime() - start) / 1e9);
            secondsToSet(pipeline, compiler + ", none");
            assertAlike(base, picture(pipeline));
            assertTrue(seconds < 1, compiler + ": " + seconds + " s");
        }
    }
}
