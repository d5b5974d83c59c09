package org.diffusionjmh.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.diffusionjmh.compiler.Compilers;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.libtorch.NoiseGenerator;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.source.ModelFiles;
import org.diffusionjmh.source.Scale;
import org.diffusionjmh.source.SnapshotFiles;
import org.diffusionjmh.testing.GoldenTensors;
import org.junit.jupiter.api.DynamicTest;

/**
 * A recorded run, repeated on its recorded noise and compared at every step; on the CPU, or on another device by
 * {@code -Ddevice=cuda}.
 *
 * @param recorded what diffusers did
 * @param compiler the compiler to run it with
 */
record GoldenRun(RecordedCase recorded, String compiler) {
    private static final String DEVICE = System.getProperty("device", "cpu");

    private static final double SLACK =
            Double.parseDouble(System.getProperty("tolerance.factor", DEVICE.equals("cpu") ? "1" : "2"));

    private static final double ONE_CALL = SLACK * 1e-4;
    private static final double WHOLE_RUN = SLACK * 1e-3;

    /** Puts a pipeline together. */
    @FunctionalInterface
    interface Assembling<P> {
        P from(ModelFiles files, PipelineOptions options, TorchSession session, Warnings warnings) throws Exception;
    }

    /** The runs of some kinds of fixtures, each with every compiler. */
    static Stream<DynamicTest> all(Check check, String... kinds) {
        return RecordedCase.of(kinds).flatMap(recorded -> Compilers.all().stream()
                .map(compiler -> DynamicTest.dynamicTest(
                        recorded + "/" + compiler.id(), () -> check.of(new GoldenRun(recorded, compiler.id())))));
    }

    /** What is checked of a run. */
    @FunctionalInterface
    interface Check {
        void of(GoldenRun run) throws Exception;
    }

    /** Repeats the run as {@link #check(Assembling, Object)} does, from a picture if its call has one. */
    void check() throws Exception {
        if (recorded.takesPicture()) {
            check(Pipelines::imageToImage, recorded.imageRequest());
        } else {
            check(Pipelines::textToImage, recorded.request());
        }
    }

    /** Repeats the run on its recorded noise: every step is as recorded, and the pictures. */
    <R> void check(Assembling<? extends DiffusionPipeline<R>> assembling, R request) throws Exception {
        List<String> warnings = new ArrayList<>();
        onPipeline(assembling, pipeline -> {
            try (Denoising run = pipeline.start(request, warnings::add, this::recordedNoise)) {
                checkConditioning(run.conditioning());
                checkSteps(run);
                if (recorded.has("decoded")) {
                    assertClose(recorded.tensor("decoded"), pipeline.decoded(run), WHOLE_RUN);
                }
                if (recorded.has("image")) {
                    checkPictures(recorded.tensor("image"), pipeline.decode(run));
                }
            }
        });
        warnings.removeIf(warning -> warning.contains("this part was cut off")); // some prompts are too long on purpose
        assertEquals(List.of(), warnings);
    }

    /** Starts the run as a user does, with a seed: what is drawn is the recorded noise, on the CPU, where it was recorded. */
    <R> void checkDraws(Assembling<? extends DiffusionPipeline<R>> assembling, R request) throws Exception {
        assumeTrue(DEVICE.equals("cpu"), "other devices draw other numbers");
        onPipeline(assembling, pipeline -> {
            NoiseSource compared = (seed, draws, owner) -> {
                NDList expected = recordedNoise(seed, draws, owner);
                try (NoiseGenerator generator = new NoiseGenerator(owner)) {
                    NDList drawn = generator.draw(seed, draws, owner);
                    for (int i = 0; i < draws.size(); i++) {
                        assertArrayEquals(
                                expected.get(i).toFloatArray(), drawn.get(i).toFloatArray(), 1e-6f, "draw " + i);
                    }
                    return drawn;
                }
            };
            pipeline.start(request, warning -> {}, compared).close();
        });
    }

    /**
     * Unless it is told not to, cuDNN computes float32 convolutions in TF32, with 10 bits of mantissa: with operands so rounded, the CPU is
     * off by up to 130 times as much as is allowed there, and pictures by 208 of 255 levels.
     */
    private static void requireFloat32() {
        if (!DEVICE.equals("cpu") && !"0".equals(System.getenv("NVIDIA_TF32_OVERRIDE"))) {
            throw new IllegalStateException("golden runs on " + DEVICE
                    + " need NVIDIA_TF32_OVERRIDE=0 in the environment: TF32 is too coarse to compare");
        }
    }

    /** Does something with the recorded case's pipeline, on its session's thread. */
    private <R> void onPipeline(
            Assembling<? extends DiffusionPipeline<R>> assembling, Consumer<LatentDiffusionPipeline<R>> task)
            throws Exception {
        requireFloat32();
        PipelineOptions options =
                new PipelineOptions(DEVICE, DType.FP32, compiler, Scale.FULL, recorded.variant(), Optional.empty());
        ModelFiles snapshot = SnapshotFiles.open(recorded.toString(), recorded.snapshot(), recorded.variant());
        ModelFiles own = recorded.transformer()
                .<ModelFiles>map(folder -> new ReplacedComponent(snapshot, "transformer", folder))
                .orElse(snapshot);
        ModelFiles files = ReconfiguredFiles.withScheduler(own, recorded.scheduler());
        List<String> compilerWarnings = new ArrayList<>();
        TorchSession session = TorchSession.open(DEVICE);
        try (LatentDiffusionPipeline<R> pipeline =
                (LatentDiffusionPipeline<R>) assembling.from(files, options, session, compilerWarnings::add)) {
            pipeline.setLoras(recorded.loras());
            session.call(() -> {
                task.accept(pipeline);
                return null;
            });
        }
        boolean fallsBack = compiler.equals("cudagraph") && DEVICE.equals("cpu");
        assertEquals(fallsBack ? 1 : 0, compilerWarnings.size(), compilerWarnings::toString);
    }

    private void checkConditioning(Conditioning conditioning) {
        check("encoder_hidden_states", conditioning.encoderHiddenStates(), ONE_CALL);
        conditioning.textEmbeds().ifPresent(embeds -> check("text_embeds", embeds, ONE_CALL));
        conditioning.timeIds().ifPresent(ids -> check("time_ids", ids, 0));
        conditioning.timestepCond().ifPresent(cond -> check("timestep_cond", cond, ONE_CALL));
        conditioning.pixArt().ifPresent(this::checkPixArt);
        conditioning.imageLatents().ifPresent(latents -> check("image_latents", latents.batch(), ONE_CALL));
        conditioning.control().ifPresent(this::checkControl);
    }

    /** Of several ControlNets the first. */
    private void checkControl(Control control) {
        ControlBranch branch = control.branches().get(0);
        if (recorded.has("controlnet/cond")) {
            GoldenTensors.Tensor picture = recorded.tensor("controlnet/cond");
            long rows = branch.picture().getShape().get(0);
            for (long row = 0; row < rows; row++) {
                assertClose(picture, branch.picture().get(row + ":" + (row + 1)), 0);
            }
        }
        if (recorded.has("controlnet/scale")) {
            double[] scales = recorded.tensor("controlnet/scale").values();
            assertEquals(scales.length, branch.steps(), "number of denoiser calls");
            for (int step = 0; step < scales.length; step++) {
                assertEquals(scales[step], branch.image().scale(step, branch.steps()), 1e-12, "scale at step " + step);
            }
        }
    }

    /** The residuals of a step. */
    private void checkResiduals(Control control, int step, NDArray modelInput, NDArray timestep) {
        if (recorded.has("controlnet/mid")) {
            NDList residuals = control.residuals(step, modelInput, timestep, modelInput.getManager());
            for (int i = 0; i < residuals.size() - 1; i++) {
                assertClose(recorded.tensor("controlnet/down." + i), residuals.get(i), ONE_CALL);
            }
            assertClose(recorded.tensor("controlnet/mid"), residuals.get(residuals.size() - 1), ONE_CALL);
        }
    }

    private void checkPixArt(PixArtConditions conditions) {
        if (recorded.has("encoder_attention_mask")) {
            assertArrayEquals(
                    recorded.tensor("encoder_attention_mask").longs(),
                    conditions.encoderAttentionMask().toLongArray());
        }
        conditions.size().ifPresent(size -> {
            checkRows("resolution", size.resolution().get(0));
            checkRows("aspect_ratio", size.aspectRatio().get(0));
        });
    }

    private void checkSteps(Denoising run) {
        assertEquals(recorded.tensor("timesteps").values().length, run.steps(), "number of denoiser calls");
        check("latents_init", run.latents(), ONE_CALL);
        while (run.hasNext()) {
            run.step(step -> {
                double tolerance = step.index() == 0 ? ONE_CALL : WHOLE_RUN;
                if (step.index() == 0) {
                    float timestep = (float) recorded.tensor("timesteps").values()[0];
                    NDArray told = step.modelInput().getManager().create(new float[] {timestep});
                    run.conditioning()
                            .control()
                            .ifPresent(control -> checkResiduals(control, 0, step.modelInput(), told));
                }
                checkStep("unet_in", step.index(), step.modelInput(), tolerance);
                checkStep("unet_out", step.index(), step.modelOutput(), tolerance);
                checkStep("guided", step.index(), step.guided(), tolerance);
                checkStep("latents", step.index(), step.latents(), tolerance);
            });
        }
    }

    private void check(String name, NDArray actual, double tolerance) {
        if (recorded.has(name)) {
            assertClose(recorded.tensor(name), actual, tolerance);
        }
    }

    /** What the whole batch has once is recorded for each row. */
    private void checkRows(String name, NDArray row) {
        if (recorded.has(name)) {
            GoldenTensors.Tensor rows = recorded.tensor(name);
            for (int i = 0; i < rows.shape()[0]; i++) {
                assertClose(rows.slice(i), row, 0);
            }
        }
    }

    private void checkStep(String name, int step, NDArray actual, double tolerance) {
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

    /** The recorded draws in diffusers' order: of the picture's latents where they are sampled, of the start, of the steps. */
    private NDList recordedNoise(long seed, List<NoiseGenerator.Draw> draws, NDManager owner) {
        List<GoldenTensors.Tensor> noise = new ArrayList<>();
        if (recorded.has("posterior_noise")) {
            noise.add(recorded.tensor("posterior_noise"));
        }
        noise.add(recorded.tensor("noise"));
        for (int step = 0; noise.size() < draws.size(); step++) {
            noise.add(recorded.tensor("step_noise").slice(step));
        }
        assertEquals(noise.size(), draws.size(), "draws before the first step");
        NDList arrays = new NDList();
        for (int i = 0; i < draws.size(); i++) {
            GoldenTensors.Tensor tensor = noise.get(i);
            assertArrayEquals(tensor.shape(), draws.get(i).shape().getShape(), tensor.name());
            arrays.add(owner.create(tensor.floats(), draws.get(i).shape()));
        }
        return arrays;
    }
}
