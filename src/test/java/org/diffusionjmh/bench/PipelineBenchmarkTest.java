package org.diffusionjmh.bench;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.diffusionjmh.image.EllipseImage;
import org.diffusionjmh.image.ImageComparison;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.pipeline.ControlImage;
import org.diffusionjmh.pipeline.ControlNetPipeline;
import org.diffusionjmh.pipeline.ControlNetRequest;
import org.diffusionjmh.pipeline.DeepCache;
import org.diffusionjmh.pipeline.ImageToImagePipeline;
import org.diffusionjmh.pipeline.ImageToImageRequest;
import org.diffusionjmh.pipeline.PipelineOptions;
import org.diffusionjmh.pipeline.PipelineOptionsParser;
import org.diffusionjmh.pipeline.Pipelines;
import org.diffusionjmh.pipeline.PixArtOptions;
import org.diffusionjmh.pipeline.StepListener;
import org.diffusionjmh.pipeline.TextToImagePipeline;
import org.diffusionjmh.pipeline.TextToImageRequest;
import org.diffusionjmh.report.FigureProfiler;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.ThrowingConsumer;

/** Calls each benchmark method as JMH does and compares with the pipeline called directly: what is measured is what is meant. */
class PipelineBenchmarkTest {
    private static final int SIDE = 64;
    private static final int STEPS = 2;
    private static final int INTERVAL = 3;

    /** As JMH does in a fork: figures are taken only if a profiler asks for them. */
    @BeforeAll
    static void wantFigures() {
        assertNotNull(new FigureProfiler());
    }

    private static <S extends PipelineState<?>> S loaded(S state, String compiler) throws Exception {
        return loaded(state, compiler, STEPS);
    }

    private static <S extends PipelineState<?>> S loaded(S state, String compiler, int steps) throws Exception {
        state.compiler = compiler;
        state.device = "cpu";
        state.dtype = "fp32";
        state.scale = "mini";
        state.resolution = SIDE;
        state.steps = steps;
        state.load();
        return state;
    }

    private static PipelineOptions options() {
        return PipelineOptionsParser.parse("cpu", "fp32", "none", "mini", Optional.empty(), PipelineOptionsParser.AUTO);
    }

    private static TextToImageRequest.Builder request() {
        return TextToImageRequest.builder("best quality, realistic, unreal engine, 4K, a cat sitting on human lap")
                .size(SIDE, SIDE)
                .numInferenceSteps(STEPS)
                .seed(333);
    }

    private static RgbImage expected(String model) throws Exception {
        return expected(model, request());
    }

    private static RgbImage expected(String model, TextToImageRequest.Builder request) throws Exception {
        try (TextToImagePipeline pipeline = Pipelines.textToImage(model, options(), message -> {})) {
            return pipeline.generate(request.build(), StepListener.NONE, message -> {})
                    .get(0);
        }
    }

    private static RgbImage expectedWithDeepCache(String model) throws Exception {
        return expected(model, request().numInferenceSteps(INTERVAL).deepCache(new DeepCache(INTERVAL, 0, 0)));
    }

    /** The picture after a call that takes a whole run of one interval, and after another. */
    private static <S extends DenoisingState<?>> void assertIntervalGives(
            RgbImage expected, Supplier<S> states, ThrowingConsumer<S> step) throws Exception {
        S run = loaded(states.get(), "none", INTERVAL);
        try {
            for (int round = 0; round < 2; round++) {
                assertDoesNotThrow(() -> step.accept(run));
                run.record();
                assertEquals(expected, run.picture().orElseThrow());
            }
        } finally {
            run.close();
        }
    }

    /** The picture that is made of the benchmarks' own: red grows to the right, green downwards, blue is a grid of 16 pixels. */
    private static RgbImage expectedEdit(String model) throws Exception {
        return expectedEdit(model, STEPS);
    }

    private static RgbImage expectedEdit(String model, int steps) throws Exception {
        byte[] pixels = new byte[SIDE * SIDE * 3];
        for (int i = 0; i < SIDE * SIDE; i++) {
            int y = i / SIDE;
            int x = i % SIDE;
            pixels[3 * i] = (byte) (255 * x / SIDE);
            pixels[3 * i + 1] = (byte) (255 * y / SIDE);
            pixels[3 * i + 2] = (byte) ((x / 16 + y / 16) % 2 == 0 ? 192 : 64);
        }
        ImageToImageRequest request =
                ImageToImageRequest.of(request().numInferenceSteps(steps).build(), RgbImage.of(SIDE, SIDE, pixels));
        try (ImageToImagePipeline pipeline = Pipelines.imageToImage(model, options(), message -> {})) {
            return pipeline.generate(request, StepListener.NONE, message -> {}).get(0);
        }
    }

    /** The picture that is made under the control of an ellipse. */
    private static RgbImage expectedUnderControl(String model, String controlNet) throws Exception {
        ControlNetRequest request =
                ControlNetRequest.of(request().build(), ControlImage.of(EllipseImage.of(SIDE, SIDE)));
        try (ControlNetPipeline pipeline = Pipelines.controlNet(model, List.of(controlNet), options(), message -> {})) {
            return pipeline.generate(request, StepListener.NONE, message -> {}).get(0);
        }
    }

    /** The picture that {@code call} generates with the state, which is closed afterwards. */
    private static RgbImage generated(PipelineState<?> state, Callable<List<RgbImage>> call) throws Exception {
        try {
            state.begin();
            List<RgbImage> images = call.call();
            assertEquals(1, images.size());
            state.record();
            return images.get(0);
        } finally {
            state.close();
        }
    }

    /** The picture after as many calls of {@code step} as a run has steps, and after as many again: the run starts anew. */
    private static void assertStepsGive(RgbImage expected, DenoisingState<?> state, Callable<Void> step)
            throws Exception {
        assertStepsGive(expected, state, STEPS, step);
    }

    private static void assertStepsGive(RgbImage expected, DenoisingState<?> state, int taken, Callable<Void> step)
            throws Exception {
        try {
            for (int round = 0; round < 2; round++) {
                for (int i = 0; i < taken; i++) {
                    step.call();
                }
                state.record();
                assertEquals(expected, state.picture().orElseThrow());
            }
        } finally {
            state.close();
        }
    }

    @Test
    void realVisXl() throws Exception {
        RealVisXlV40 benchmark = new RealVisXlV40();
        RgbImage expected = expected("SG161222/RealVisXL_V4.0");

        RealVisXlV40.Pipeline pipeline = loaded(new RealVisXlV40.Pipeline(), "none");
        assertEquals(expected, generated(pipeline, () -> benchmark.generate(pipeline)));

        RealVisXlV40.Pipeline compiled = loaded(new RealVisXlV40.Pipeline(), "torchscript");
        RgbImage compiledImage = generated(compiled, () -> benchmark.generate(compiled));
        int difference = ImageComparison.of(expected, compiledImage).maxDifference();
        assertTrue(difference <= 1, () -> "largest difference of a channel: " + difference);

        RealVisXlV40.Run run = loaded(new RealVisXlV40.Run(), "none");
        assertStepsGive(expected, run, () -> {
            benchmark.step(run);
            return null;
        });
    }

    @Test
    void stableDiffusion15() throws Exception {
        StableDiffusionV15 benchmark = new StableDiffusionV15();
        RgbImage expected = expected("stable-diffusion-v1-5/stable-diffusion-v1-5");

        StableDiffusionV15.Pipeline pipeline = loaded(new StableDiffusionV15.Pipeline(), "none");
        assertEquals(expected, generated(pipeline, () -> benchmark.generate(pipeline)));

        StableDiffusionV15.Run run = loaded(new StableDiffusionV15.Run(), "none");
        assertStepsGive(expected, run, () -> {
            benchmark.step(run);
            return null;
        });
    }

    @Test
    void realVisXlWithDeepCache() throws Exception {
        SdxlDeepCache benchmark = new SdxlDeepCache();
        RgbImage expected = expectedWithDeepCache("SG161222/RealVisXL_V4.0");

        SdxlDeepCache.Pipeline pipeline = loaded(new SdxlDeepCache.Pipeline(), "none", INTERVAL);
        assertEquals(expected, generated(pipeline, () -> benchmark.generate(pipeline)));
        assertIntervalGives(expected, SdxlDeepCache.Run::new, benchmark::step);
    }

    @Test
    void stableDiffusion15WithDeepCache() throws Exception {
        StableDiffusionDeepCache benchmark = new StableDiffusionDeepCache();
        RgbImage expected = expectedWithDeepCache("stable-diffusion-v1-5/stable-diffusion-v1-5");

        StableDiffusionDeepCache.Pipeline pipeline = loaded(new StableDiffusionDeepCache.Pipeline(), "none", INTERVAL);
        assertEquals(expected, generated(pipeline, () -> benchmark.generate(pipeline)));
        assertIntervalGives(expected, StableDiffusionDeepCache.Run::new, benchmark::step);
    }

    /** A mean over an interval that no run has would be none. */
    @Test
    void aRunShorterThanAnIntervalIsRefused() throws Exception {
        StableDiffusionDeepCache benchmark = new StableDiffusionDeepCache();
        StableDiffusionDeepCache.Run run = loaded(new StableDiffusionDeepCache.Run(), "none", INTERVAL - 1);
        try {
            String message = assertThrows(IllegalArgumentException.class, () -> benchmark.step(run))
                    .getMessage();
            assertEquals("steps is 2, want at least 3: so many are taken in a row", message);
        } finally {
            run.close();
        }
    }

    @Test
    void lcmDreamshaper() throws Exception {
        LcmDreamshaperV7 benchmark = new LcmDreamshaperV7();
        RgbImage expected = expected("SimianLuo/LCM_Dreamshaper_v7");

        LcmDreamshaperV7.Pipeline pipeline = loaded(new LcmDreamshaperV7.Pipeline(), "none");
        assertEquals(expected, generated(pipeline, () -> benchmark.generate(pipeline)));

        LcmDreamshaperV7.Run run = loaded(new LcmDreamshaperV7.Run(), "none");
        assertStepsGive(expected, run, () -> {
            benchmark.step(run);
            return null;
        });
    }

    @Test
    void pixArtAlpha() throws Exception {
        PixArtAlpha benchmark = new PixArtAlpha();
        TextToImageRequest request = request()
                .pixArt(PixArtOptions.DEFAULT.withResolutionBinning(false))
                .build();
        RgbImage expected;
        try (TextToImagePipeline pipeline =
                Pipelines.textToImage("PixArt-alpha/PixArt-XL-2-1024-MS", options(), message -> {})) {
            expected =
                    pipeline.generate(request, StepListener.NONE, message -> {}).get(0);
        }

        PixArtAlpha.Pipeline pipeline = loaded(new PixArtAlpha.Pipeline(), "none");
        assertEquals(expected, generated(pipeline, () -> benchmark.generate(pipeline)));

        PixArtAlpha.Run run = loaded(new PixArtAlpha.Run(), "none");
        assertStepsGive(expected, run, () -> {
            benchmark.step(run);
            return null;
        });
    }

    @Test
    void instructPix2Pix() throws Exception {
        InstructPix2Pix benchmark = new InstructPix2Pix();
        RgbImage expected = expectedEdit("timbrooks/instruct-pix2pix");

        InstructPix2Pix.Pipeline pipeline = loaded(new InstructPix2Pix.Pipeline(), "none");
        assertEquals(expected, generated(pipeline, () -> benchmark.generate(pipeline)));

        InstructPix2Pix.Run run = loaded(new InstructPix2Pix.Run(), "none");
        assertStepsGive(expected, run, () -> {
            benchmark.step(run);
            return null;
        });
    }

    @Test
    void sdxlInstructPix2Pix() throws Exception {
        SdxlInstructPix2Pix benchmark = new SdxlInstructPix2Pix();
        RgbImage expected = expectedEdit("diffusers/sdxl-instructpix2pix-768");

        SdxlInstructPix2Pix.Pipeline pipeline = loaded(new SdxlInstructPix2Pix.Pipeline(), "none");
        assertEquals(expected, generated(pipeline, () -> benchmark.generate(pipeline)));

        SdxlInstructPix2Pix.Run run = loaded(new SdxlInstructPix2Pix.Run(), "none");
        assertStepsGive(expected, run, () -> {
            benchmark.step(run);
            return null;
        });
    }

    /** Of four steps with a strength of 0.3, one is taken. */
    @Test
    void sdxlImageToImage() throws Exception {
        SdxlImageToImage benchmark = new SdxlImageToImage();
        RgbImage expected = expectedEdit("SG161222/RealVisXL_V4.0", 4);

        SdxlImageToImage.Pipeline pipeline = loaded(new SdxlImageToImage.Pipeline(), "none", 4);
        assertEquals(expected, generated(pipeline, () -> benchmark.generate(pipeline)));

        SdxlImageToImage.Run run = loaded(new SdxlImageToImage.Run(), "none", 4);
        assertStepsGive(expected, run, 1, () -> {
            benchmark.step(run);
            return null;
        });
    }

    /** Of four steps with a strength of 0.8, three are taken. */
    @Test
    void stableDiffusionImageToImage() throws Exception {
        StableDiffusionImageToImage benchmark = new StableDiffusionImageToImage();
        RgbImage expected = expectedEdit("stable-diffusion-v1-5/stable-diffusion-v1-5", 4);

        StableDiffusionImageToImage.Pipeline pipeline = loaded(new StableDiffusionImageToImage.Pipeline(), "none", 4);
        assertEquals(expected, generated(pipeline, () -> benchmark.generate(pipeline)));

        StableDiffusionImageToImage.Run run = loaded(new StableDiffusionImageToImage.Run(), "none", 4);
        assertStepsGive(expected, run, 3, () -> {
            benchmark.step(run);
            return null;
        });
    }

    @Test
    void stableDiffusionControlNet() throws Exception {
        StableDiffusionControlNet benchmark = new StableDiffusionControlNet();
        String model = "stable-diffusion-v1-5/stable-diffusion-v1-5";
        RgbImage expected = expectedUnderControl(model, "lllyasviel/sd-controlnet-canny");
        assertNotEquals(expected(model), expected);

        StableDiffusionControlNet.Pipeline pipeline = loaded(new StableDiffusionControlNet.Pipeline(), "none");
        assertEquals(expected, generated(pipeline, () -> benchmark.generate(pipeline)));

        StableDiffusionControlNet.Run run = loaded(new StableDiffusionControlNet.Run(), "none");
        assertStepsGive(expected, run, () -> {
            benchmark.step(run);
            return null;
        });
    }

    @Test
    void sdxlControlNet() throws Exception {
        SdxlControlNet benchmark = new SdxlControlNet();
        RgbImage expected = expectedUnderControl("SG161222/RealVisXL_V4.0", "diffusers/controlnet-canny-sdxl-1.0");

        SdxlControlNet.Pipeline pipeline = loaded(new SdxlControlNet.Pipeline(), "none");
        assertEquals(expected, generated(pipeline, () -> benchmark.generate(pipeline)));

        SdxlControlNet.Run run = loaded(new SdxlControlNet.Run(), "none");
        assertStepsGive(expected, run, () -> {
            benchmark.step(run);
            return null;
        });
    }

    /** Of all that is measured beside the time, only the marks of the steps are inside of what is timed: they cost less than 1 % of it. */
    @Test
    void figuresCostNextToNothing() throws Exception {
        StableDiffusionV15.Run run = loaded(new StableDiffusionV15.Run(), "fused");
        try {
            long step = Long.MAX_VALUE;
            for (int i = 0; i < 2 * STEPS; i++) {
                long start = System.nanoTime();
                run.step();
                step = Math.min(step, System.nanoTime() - start);
            }
            long marks = Long.MAX_VALUE;
            for (int i = 0; i < 1000; i++) {
                long start = System.nanoTime();
                run.figures().startCall();
                run.figures().mark();
                run.figures().mark();
                marks = Math.min(marks, System.nanoTime() - start);
            }
            assertTrue(marks < step / 100, marks + " ns of " + step);
        } finally {
            run.close();
        }
    }
}
