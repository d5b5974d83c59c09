package org.diffusionjmh.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.diffusionjmh.compiler.Compilers;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.testing.GoldenTensors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Whole runs from prompt to pixels equal diffusers', on recorded noise, with every compiler; on the CPU, or on another device by
 * {@code -Ddevice=cuda}.
 */
class TextToImageGoldenTest {
    private static final String DEVICE = System.getProperty("device", "cpu");

    /** cuDNN computes float32 convolutions in TF32, with 10 bits of mantissa. */
    private static final double SLACK = DEVICE.equals("cpu") ? 1 : 100;

    private static final double ONE_CALL = SLACK * 1e-4;
    private static final double WHOLE_RUN = SLACK * 1e-3;

    @TestFactory
    Stream<DynamicTest> everyRecordedRun() {
        return RecordedCase.of("sdxl-t2i", "sd15-t2i").flatMap(recorded -> Compilers.all().stream()
                .map(compiler ->
                        DynamicTest.dynamicTest(recorded + "/" + compiler.id(), () -> check(recorded, compiler.id()))));
    }

    private static void check(RecordedCase recorded, String compiler) throws Exception {
        PipelineOptions options =
                new PipelineOptions(DEVICE, DType.FP32, compiler, Scale.FULL, recorded.variant(), Optional.empty());
        ModelFiles snapshot = SnapshotFiles.open(recorded.toString(), recorded.snapshot(), recorded.variant());
        ModelFiles files = new ReconfiguredFiles(snapshot, recorded.scheduler());
        List<String> warnings = new ArrayList<>();
        List<String> compilerWarnings = new ArrayList<>();
        TorchSession session = TorchSession.open(DEVICE);
        try (LatentDiffusionPipeline pipeline =
                (LatentDiffusionPipeline) Pipelines.textToImage(files, options, session, compilerWarnings::add)) {
            session.call(() -> {
                TextToImageRequest request = recorded.request();
                try (Denoising run = pipeline.start(request, warnings::add, recordedNoise(recorded))) {
                    checkConditioning(recorded, run.conditioning());
                    checkSteps(recorded, run);
                    if (recorded.has("decoded")) {
                        assertClose(recorded.tensor("decoded"), pipeline.decoded(run), WHOLE_RUN);
                    }
                    if (recorded.has("image")) {
                        checkPictures(recorded.tensor("image"), pipeline.decode(run));
                    }
                }
                return null;
            });
        }
        assertEquals(List.of(), warnings);
        boolean fallsBack = compiler.equals("cudagraph") && DEVICE.equals("cpu");
        assertEquals(fallsBack ? 1 : 0, compilerWarnings.size(), compilerWarnings::toString);
    }

    private static void checkConditioning(RecordedCase recorded, Conditioning conditioning) {
        if (recorded.has("encoder_hidden_states")) {
            assertClose(recorded.tensor("encoder_hidden_states"), conditioning.encoderHiddenStates(), ONE_CALL);
        }
        if (recorded.has("text_embeds")) {
            assertClose(
                    recorded.tensor("text_embeds"), conditioning.textEmbeds().orElseThrow(), ONE_CALL);
            assertClose(recorded.tensor("time_ids"), conditioning.timeIds().orElseThrow(), 0);
        }
    }

    private static void checkSteps(RecordedCase recorded, Denoising run) {
        assertEquals(recorded.tensor("timesteps").values().length, run.steps(), "number of denoiser calls");
        if (recorded.has("latents_init")) {
            assertClose(recorded.tensor("latents_init"), run.latents(), ONE_CALL);
        }
        while (run.hasNext()) {
            run.step(step -> {
                double tolerance = step.index() == 0 ? ONE_CALL : WHOLE_RUN;
                assertStep(recorded, "unet_in", step.index(), step.modelInput(), tolerance);
                assertStep(recorded, "unet_out", step.index(), step.modelOutput(), tolerance);
                assertStep(recorded, "guided", step.index(), step.guided(), tolerance);
                assertStep(recorded, "latents", step.index(), step.latents(), tolerance);
            });
        }
    }

    private static void assertStep(RecordedCase recorded, String name, int step, NDArray actual, double tolerance) {
        if (recorded.has(name)) {
            assertClose(recorded.tensor(name).slice(step), actual, tolerance);
        }
    }

    private static void assertClose(GoldenTensors.Tensor expected, NDArray actual, double tolerance) {
        assertArrayEquals(expected.shape(), actual.getShape().getShape(), expected.name());
        double error = expected.relativeError(actual.toFloatArray());
        assertTrue(error <= tolerance, expected.name() + " is off by " + error);
    }

    /** Values on the edge between two levels may round to either. */
    private static void checkPictures(GoldenTensors.Tensor expected, List<RgbImage> pictures) {
        assertEquals(expected.shape()[0], pictures.size());
        for (int i = 0; i < pictures.size(); i++) {
            GoldenTensors.Tensor picture = expected.slice(i);
            byte[] pixels = new byte[picture.values().length];
            pictures.get(i).pixels().get(pixels);
            int largest = 0;
            for (int k = 0; k < pixels.length; k++) {
                largest = Math.max(largest, Math.abs(Byte.toUnsignedInt(pixels[k]) - (int) picture.values()[k]));
            }
            assertTrue(largest <= SLACK, expected.name() + ": a pixel is off by " + largest);
        }
    }

    private static NoiseSource recordedNoise(RecordedCase recorded) {
        return (seed, shape, dtypes, owner) -> {
            NDList draws = new NDList(owner.create(recorded.tensor("noise").floats(), shape));
            for (int i = 1; i < dtypes.size(); i++) {
                draws.add(
                        owner.create(recorded.tensor("step_noise").slice(i - 1).floats(), shape));
            }
            return draws;
        };
    }
}
