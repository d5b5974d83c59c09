package org.diffusionjmh.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import org.diffusionjmh.compiler.CompiledModule;
import org.diffusionjmh.compiler.Compiler;
import org.diffusionjmh.compiler.Compilers;
import org.diffusionjmh.compiler.Parameters;
import org.diffusionjmh.compiler.ShapedModules;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.kernel.FusedOperators;
import org.diffusionjmh.libtorch.HostScalars;
import org.diffusionjmh.model.ModelConfig;
import org.diffusionjmh.model.UNet2DConditionConfig;
import org.diffusionjmh.model.UNet2DConditionModel;
import org.diffusionjmh.model.UNetPart;
import org.diffusionjmh.pass.DeviceAbilities;
import org.diffusionjmh.pass.KernelChoices;
import org.diffusionjmh.pass.PassPipeline;
import org.diffusionjmh.pass.Passes;
import org.diffusionjmh.scheduler.NoiseDraw;
import org.diffusionjmh.scheduler.SamplingOptions;
import org.diffusionjmh.scheduler.SamplingPlan;
import org.diffusionjmh.scheduler.Scheduler;
import org.diffusionjmh.testing.Fixtures;
import org.diffusionjmh.testing.GoldenParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A step as one module: that it is one call, what it shares with other runs, and that it is the step that is taken op by op. */
class WholeStepsTest {
    private static final Shape LATENTS = new Shape(2, 4, 8, 8);
    private static final int TOKENS = 7;

    private final NDManager manager = NDManager.newBaseManager(Device.cpu());
    private final HostScalars scalars = new HostScalars(manager);
    private final Counting counting = new Counting(Compilers.of("fused"));
    private final List<Denoiser> opened = new ArrayList<>();
    private UNet2DConditionModel unet;
    private Parameters weights;
    private Denoiser whole;
    private Conditioning conditioning;

    @BeforeEach
    void load() throws IOException {
        Path folder = Fixtures.ofKind("sd15-t2i").get(0).resolve("snapshot/unet");
        unet = new UNet2DConditionModel(UNet2DConditionConfig.of(ModelConfig.read(folder.resolve("config.json"))));
        weights = GoldenParameters.ofShards(folder, manager);
        whole = denoiser(counting);
        conditioning = conditioning(2);
    }

    @AfterEach
    void close() {
        opened.forEach(Denoiser::close);
        scalars.close();
        manager.close();
    }

    /** Counts what is compiled and what runs. */
    private static final class Counting implements Compiler {
        private final Compiler compiler;
        private int compiled;
        private int calls;

        Counting(Compiler compiler) {
            this.compiler = compiler;
        }

        @Override
        public String id() {
            return "counting";
        }

        @Override
        public boolean takesWholeSteps() {
            return compiler.takesWholeSteps();
        }

        @Override
        public CompiledModule compile(Graph graph, Parameters parameters, NDManager owner) {
            compiled++;
            CompiledModule module = compiler.compile(graph, parameters, owner);
            return new CompiledModule() {
                @Override
                public NDList run(NDList inputs, NDManager scope) {
                    throw new AssertionError("a call without its step");
                }

                @Override
                public NDList run(int step, NDList inputs, NDManager scope) {
                    calls++;
                    return module.run(step, inputs, scope);
                }

                @Override
                public boolean rebind() {
                    return module.rebind();
                }

                @Override
                public void close() {
                    module.close();
                }
            };
        }
    }

    /** Compiles networks alone, in the same way: so a difference is not of their rounding. */
    private record NetworksOnly(Compiler compiler) implements Compiler {
        @Override
        public String id() {
            return "networks-only";
        }

        @Override
        public CompiledModule compile(Graph graph, Parameters parameters, NDManager owner) {
            return compiler.compile(graph, parameters, owner);
        }
    }

    private Denoiser separate() {
        return denoiser(new NetworksOnly(Compilers.of("fused")));
    }

    private Denoiser denoiser(Compiler compiler) {
        Function<UNetDenoiser.SizedPart, Graph> graphs = sized -> sized.part()
                .of(unet.graph(
                        sized.sizes().batch(),
                        sized.sizes().height(),
                        sized.sizes().width(),
                        sized.sizes().textLength(),
                        DType.FP32));
        Function<StepModules.WholeStep<UNetDenoiser.SizedPart>, Graph> steps =
                step -> step.form().around(graphs.apply(step.network()));
        Denoiser denoiser = new UNetDenoiser(
                new ShapedModules<>(graphs, compiler, weights, manager),
                compiler.takesWholeSteps()
                        ? Optional.of(new StepModules<>(new ShapedModules<>(steps, compiler, weights, manager)))
                        : Optional.empty(),
                unet.config());
        opened.add(denoiser);
        return denoiser;
    }

    private Conditioning conditioning(int predictions) {
        Shape text =
                new Shape(predictions * LATENTS.get(0), TOKENS, unet.config().crossAttentionDim());
        return new Conditioning(
                random(1, text), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    private Guidance guidance(double scale) {
        return new ClassifierFreeGuidance(scale, new GuidanceRescale(0, scalars), scalars);
    }

    private NDArray random(int seed, Shape shape) {
        Random random = new Random(seed);
        float[] values = new float[Math.toIntExact(shape.size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return manager.create(values, shape);
    }

    private static SamplingPlan sampling(String scheduler, int steps) {
        return Scheduler.of(JsonParser.parseString("{\"_class_name\": \"" + scheduler + "\"}")
                        .getAsJsonObject())
                .plan(SamplingOptions.ofSteps(steps));
    }

    private Denoising start(Denoiser denoiser, SamplingPlan sampling, Guidance guidance, Optional<DeepCache> cache) {
        RunPlan plan = new RunPlan(sampling, sampling.steps().size(), LATENTS, DataType.FLOAT32, cache, 64, 64);
        List<NDArray> noise = new ArrayList<>();
        for (int i = 0; i < sampling.steps().size(); i++) {
            if (sampling.steps().get(i).noise() != NoiseDraw.NONE) {
                noise.add(random(100 + i, LATENTS));
            }
        }
        return new Denoising(
                manager.newSubManager(), denoiser, conditioning, guidance, plan, random(2, LATENTS), noise);
    }

    private Denoising start(String scheduler, int steps, double scale) {
        return start(whole, sampling(scheduler, steps), guidance(scale), Optional.empty());
    }

    private static void finish(Denoising run) {
        try (run) {
            while (run.hasNext()) {
                run.step(StepListener.NONE);
            }
        }
    }

    private static List<float[]> tensors(StepListener.DenoisingStep step) {
        return List.of(
                step.modelInput().toFloatArray(),
                step.modelOutput().toFloatArray(),
                step.guided().toFloatArray(),
                step.latents().toFloatArray());
    }

    /** A network multiplies what a sampler rounds otherwise. */
    private static void assertClose(List<float[]> expected, List<float[]> actual, String message) {
        for (int i = 0; i < expected.size(); i++) {
            double largest = 0;
            double error = 0;
            for (int k = 0; k < expected.get(i).length; k++) {
                largest = Math.max(largest, Math.abs(expected.get(i)[k]));
                error = Math.max(error, Math.abs(expected.get(i)[k] - actual.get(i)[k]));
            }
            assertTrue(error <= 1e-3 * largest, message + ", tensor " + i + " is off by " + error / largest);
        }
    }

    /** What a listener is shown in each step is what it is shown of steps that are taken op by op, also after a rewind. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "EulerAncestralDiscreteScheduler",
                "DPMSolverMultistepScheduler",
                "PNDMScheduler",
                "UniPCMultistepScheduler",
                "HeunDiscreteScheduler"
            })
    void equalsSeparateSteps(String scheduler) {
        SamplingPlan sampling = sampling(scheduler, 5);
        List<List<float[]>> expected = new ArrayList<>();
        try (Denoising run = start(separate(), sampling, guidance(4), Optional.empty())) {
            while (run.hasNext()) {
                run.step(step -> expected.add(tensors(step)));
            }
        }
        try (Denoising run = start(whole, sampling, guidance(4), Optional.empty())) {
            for (int repeat = 0; repeat < 2; repeat++) {
                while (run.hasNext()) {
                    run.step(step -> assertClose(expected.get(step.index()), tensors(step), "step " + step.index()));
                }
                run.rewind();
            }
        }
        assertEquals(1, counting.compiled);
    }

    /** Nothing but the module's call: one for each step. */
    @Test
    void aStepIsOneCall() {
        try (Denoising run = start("EulerAncestralDiscreteScheduler", 4, 5)) {
            for (int taken = 1; run.hasNext(); taken++) {
                run.step(StepListener.NONE);
                assertEquals(taken, counting.calls);
            }
        }
    }

    /** Another scale, another number of steps, another schedule of the same kind: the same module. A form of its own: another one. */
    @Test
    void runsShareModules() {
        finish(start("EulerAncestralDiscreteScheduler", 4, 5));
        finish(start("EulerAncestralDiscreteScheduler", 2, 7.5));
        finish(start("EulerAncestralDiscreteScheduler", 6, 7.5));
        assertEquals(1, counting.compiled);
        finish(start("DPMSolverMultistepScheduler", 6, 5));
        finish(start("DPMSolverMultistepScheduler", 1, 5));
        assertEquals(2, counting.compiled);
        conditioning = conditioning(1);
        finish(start(whole, sampling("DPMSolverMultistepScheduler", 6), Guidance.none(), Optional.empty()));
        assertEquals(3, counting.compiled);
    }

    /** The sampler's registers belong to the run: runs that take turns do not disturb each other. */
    @Test
    void runsMayTakeTurns() {
        float[] alone;
        try (Denoising run = start("DPMSolverMultistepScheduler", 4, 5)) {
            while (run.hasNext()) {
                run.step(StepListener.NONE);
            }
            alone = run.latents().toFloatArray();
        }
        try (Denoising run = start("DPMSolverMultistepScheduler", 4, 5);
                Denoising other = start("DPMSolverMultistepScheduler", 6, 2)) {
            while (run.hasNext()) {
                other.step(StepListener.NONE);
                run.step(StepListener.NONE);
            }
            assertClose(List.of(alone), List.of(run.latents().toFloatArray()), "latents");
        }
    }

    /** DeepCache's steps are of two parts of the U-Net, each a module. */
    @Test
    void partsOfAUNetAreStepsToo() {
        DeepCache cache = new DeepCache(2, 0, 0);
        SamplingPlan sampling = sampling("EulerDiscreteScheduler", 4);
        float[] expected;
        try (Denoising run = start(separate(), sampling, guidance(5), Optional.of(cache))) {
            while (run.hasNext()) {
                run.step(StepListener.NONE);
            }
            expected = run.latents().toFloatArray();
        }
        try (Denoising run = start(whole, sampling, guidance(5), Optional.of(cache))) {
            while (run.hasNext()) {
                run.step(StepListener.NONE);
            }
            assertClose(List.of(expected), List.of(run.latents().toFloatArray()), "latents");
        }
        assertEquals(2, counting.compiled);
        assertEquals(4, counting.calls);
    }

    /** A run leaves nothing behind with the owner of its modules. */
    @Test
    void aRunLeavesNoArraysBehind() {
        finish(start("DPMSolverMultistepScheduler", 4, 5));
        int arrays = manager.getManagedArrays().size();
        finish(start("DPMSolverMultistepScheduler", 3, 4));
        assertEquals(arrays + 1, manager.getManagedArrays().size(), "all but the start, which the test makes");
    }

    /** A step may know that a prompt is zeros, and leave out what comes of it; text that is not needs a step of its own. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void zeroTextIsLeftOut(int prediction) {
        Shape prompt = new Shape(LATENTS.get(0), TOKENS, unet.config().crossAttentionDim());
        NDArray text = random(7, prompt);
        NDArray zeros = manager.zeros(prompt);
        NDArray batch = prediction == 0 ? zeros.concat(text) : text.concat(zeros);
        conditioning = new Conditioning(batch, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
        float[] expected = latents(start("EulerDiscreteScheduler", 3, 5));
        conditioning = conditioning.withZeroText(List.of(prediction));
        float[] actual = latents(start("EulerDiscreteScheduler", 3, 5));
        assertClose(List.of(expected), List.of(actual), "latents");
        assertEquals(2, counting.compiled);
    }

    private static float[] latents(Denoising run) {
        try (run) {
            while (run.hasNext()) {
                run.step(StepListener.NONE);
            }
            return run.latents().toFloatArray();
        }
    }

    /** The passes for a GPU keep what a step computes, also where equal rows are computed once and zeros not at all: for any size. */
    @ParameterizedTest
    @CsvSource({"false, false", "true, false", "true, true"})
    void gpuGraphEqualsThePlainOne(boolean dynamic, boolean zeroText) {
        FusedOperators.get();
        conditioning = conditioning.withZeroText(zeroText ? List.of(0) : List.of());
        SamplingPlan sampling = sampling("EulerAncestralDiscreteScheduler", 3);
        StepForm form = StepForm.of(conditioning, guidance(5), sampling).orElseThrow();
        Graph plain = form.around(new UNetPart.Whole().of(unet.graph(4, 8, 8, TOKENS, DType.FP32)));
        Passes.Target target = new Passes.Target(new DeviceAbilities(true, true, true), KernelChoices.LIBTORCH);
        Graph rewritten = new PassPipeline(Passes.of(target, false, true, dynamic))
                .run(plain)
                .graph();
        NDArray row = form.schedule(sampling, guidance(5), manager).get(1);
        NDList inputs = new NDList(random(5, LATENTS), row, random(6, LATENTS), conditioning.encoderHiddenStates());
        List<List<float[]>> results = new ArrayList<>();
        for (Graph graph : List.of(plain, rewritten)) {
            try (CompiledModule module = Compilers.of("none").compile(graph, weights, manager)) {
                results.add(module.run(inputs, manager).stream()
                        .map(NDArray::toFloatArray)
                        .toList());
            }
        }
        assertClose(results.get(0), results.get(1), "results");
    }
}
