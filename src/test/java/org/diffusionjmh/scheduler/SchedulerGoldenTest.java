package org.diffusionjmh.scheduler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.diffusionjmh.testing.Fixtures;
import org.diffusionjmh.testing.GoldenTensors;
import org.diffusionjmh.testing.GoldenTensors.Tensor;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Proves that plans and their execution equal diffusers' schedulers: tables, denoiser inputs, noise draws, samples after each step. */
final class SchedulerGoldenTest {
    private static final double ONE_STEP = 1e-4;
    private static final double WHOLE_RUN = 1e-3;
    private static final double FLOAT32_ROUNDING = 0x1p-23;

    @TestFactory
    Stream<DynamicTest> casesEqualDiffusers() {
        List<Path> folders = Fixtures.ofKind("schedulers");
        assertFalse(folders.isEmpty(), "no fixture of kind 'schedulers' in " + Fixtures.root());
        return folders.stream().flatMap(SchedulerGoldenTest::cases);
    }

    private static Stream<DynamicTest> cases(Path folder) {
        JsonObject golden = Fixtures.json(folder.resolve("golden.json"));
        GoldenTensors tensors = GoldenTensors.read(folder.resolve("golden.safetensors"));
        return golden.getAsJsonArray("cases").asList().stream()
                .map(element -> new Case(element.getAsJsonObject(), tensors))
                .map(recorded -> DynamicTest.dynamicTest(recorded.id(), recorded::check));
    }

    /** One case of the fixture. */
    private record Case(JsonObject json, GoldenTensors tensors) {
        String id() {
            return json.get("id").getAsString();
        }

        Tensor tensor(String name) {
            return tensors.get(id() + "/" + name);
        }

        void check() {
            String className = json.get("scheduler").getAsString();
            assumeTrue(Schedulers.names().contains(className), className + " is not there yet");
            SamplingPlan plan = plan();
            checkTables(plan);
            try (NDManager manager = NDManager.newBaseManager()) {
                checkEachStep(plan, manager);
                checkRun(plan, manager);
            }
        }

        private SamplingPlan plan() {
            Scheduler scheduler = Scheduler.of(json.getAsJsonObject("config"));
            SamplingOptions options = Arrays.stream(CustomSchedule.Kind.values())
                    .filter(kind -> json.has(kind.toString()))
                    .findFirst()
                    .map(kind -> SamplingOptions.along(new CustomSchedule(kind, numbers(kind.toString()))))
                    .orElseGet(() -> SamplingOptions.ofSteps(
                            json.get("num_inference_steps").getAsInt()));
            for (var option : json.getAsJsonObject("step").entrySet()) {
                options = options.with(
                        StepOption.of(option.getKey()), option.getValue().getAsDouble());
            }
            return scheduler.plan(options.withBeginIndex(json.get("begin").getAsInt() * scheduler.order()));
        }

        private List<Double> numbers(String key) {
            return json.getAsJsonArray(key).asList().stream()
                    .map(JsonElement::getAsDouble)
                    .toList();
        }

        private void checkTables(SamplingPlan plan) {
            assertArrayEquals(
                    tensor("timesteps").values(),
                    plan.timesteps().stream().mapToDouble(Double::doubleValue).toArray(),
                    1e-3,
                    "timesteps");
            if (tensors.has(id() + "/sigmas")) {
                float[] sigmas = new float[plan.sigmas().size()];
                IntStream.range(0, sigmas.length)
                        .forEach(i -> sigmas[i] = plan.sigmas().get(i).floatValue());
                assertClose(tensor("sigmas"), sigmas, 1e-6);
            }
            double initNoiseSigma = json.get("init_noise_sigma").getAsDouble();
            assertEquals(initNoiseSigma, plan.initNoiseSigma(), 1e-5 * initNoiseSigma, "init_noise_sigma");
            assertArrayEquals(
                    tensors.has(id() + "/noise_step") ? tensor("noise_step").longs() : new long[0],
                    IntStream.range(0, plan.steps().size())
                            .filter(i -> plan.steps().get(i).noise() != NoiseDraw.NONE)
                            .mapToLong(i -> i)
                            .toArray(),
                    "steps that draw noise");
        }

        /** Feeds the recorded samples and outputs, so that a step's error is its own. */
        private void checkEachStep(SamplingPlan plan, NDManager manager) {
            Tensor samples = tensor("samples");
            Tensor inputs = tensor("model_in");
            Tensor outputs = tensor("model_out");
            assertEquals(samples.shape()[0], plan.steps().size(), "number of denoiser calls");
            Iterator<NDArray> noise = noise(manager);
            try (Sampler sampler = new Sampler(plan, manager)) {
                for (int i = 0; i < plan.steps().size(); i++) {
                    NDArray sample = array(manager, i == 0 ? tensor("first") : samples.slice(i - 1));
                    assertClose(
                            inputs.slice(i), sampler.scaleModelInput(sample, i).toFloatArray(), ONE_STEP);
                    NDArray next = sampler.step(i, array(manager, outputs.slice(i)), sample, noise::next);
                    assertStep(samples.slice(i), sample, next, ONE_STEP);
                }
            }
        }

        /** The fixture's recipe from the start: its denoiser is {@code input * 0.3 sin(0.01 t) + const}. */
        private void checkRun(SamplingPlan plan, NDManager manager) {
            Iterator<NDArray> noise = noise(manager);
            NDArray constant = array(manager, tensors.get("const"));
            NDArray start = array(manager, tensors.get("start"));
            try (Sampler sampler = new Sampler(plan, manager)) {
                NDArray sample = plan.beginIndex() == 0
                        ? start.mul(plan.initNoiseSigma())
                        : sampler.addNoise(start.mul(0.3), constant);
                assertClose(tensor("first"), sample.toFloatArray(), ONE_STEP);
                for (int i = 0; i < plan.steps().size(); i++) {
                    double factor = 0.3 * Math.sin(0.01 * plan.steps().get(i).timestep());
                    NDArray output =
                            sampler.scaleModelInput(sample, i).mul(factor).add(constant);
                    NDArray next = sampler.step(i, output, sample, noise::next);
                    assertStep(tensor("samples").slice(i), sample, next, WHOLE_RUN);
                    sample = next;
                }
            }
            assertFalse(noise.hasNext(), "noise was left over");
        }

        private Iterator<NDArray> noise(NDManager manager) {
            List<NDArray> draws = new ArrayList<>();
            if (tensors.has(id() + "/noise")) {
                Tensor noise = tensor("noise");
                for (int i = 0; i < noise.shape()[0]; i++) {
                    draws.add(array(manager, noise.slice(i)));
                }
            }
            return draws.iterator();
        }
    }

    private static NDArray array(NDManager manager, Tensor tensor) {
        return manager.create(tensor.floats(), new Shape(tensor.shape()));
    }

    private static void assertClose(Tensor expected, float[] actual, double tolerance) {
        double error = expected.relativeError(actual);
        assertTrue(error <= tolerance, expected.name() + ": relative error " + error + ", want at most " + tolerance);
    }

    /** Where a step shrinks a sample a thousandfold, as the first one from zero signal does, the rounding of what it read shows. */
    private static void assertStep(Tensor expected, NDArray sample, NDArray next, double tolerance) {
        double rounding = FLOAT32_ROUNDING * largest(sample.toFloatArray()) / largest(expected.floats());
        assertClose(expected, next.toFloatArray(), tolerance + rounding);
    }

    private static double largest(float[] values) {
        return IntStream.range(0, values.length)
                .mapToDouble(i -> Math.abs(values[i]))
                .max()
                .orElseThrow();
    }
}
