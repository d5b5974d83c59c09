package org.diffusionjmh.scheduler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.diffusionjmh.compiler.CompiledModule;
import org.diffusionjmh.compiler.Compilers;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.scheduler.Update.LinearCombination;
import org.diffusionjmh.scheduler.Update.Term;
import org.diffusionjmh.testing.Fixtures;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** One piece of a graph carries out all steps of a plan as a {@link Sampler} does. */
class ProgramFormTest {
    private static final Shape SHAPE = new Shape(2, 3, 20);

    /** The recorded configurations of all schedulers, with limits and without. */
    @TestFactory
    Stream<DynamicTest> equalsTheSampler() {
        return Fixtures.ofKind("schedulers").stream()
                .flatMap(folder ->
                        Fixtures.json(folder.resolve("golden.json")).getAsJsonArray("cases").asList().stream())
                .map(element -> element.getAsJsonObject())
                .map(recorded -> DynamicTest.dynamicTest(
                        recorded.get("id").getAsString(), () -> checkRun(recordedPlan(recorded))));
    }

    private static SamplingPlan recordedPlan(JsonObject recorded) {
        Scheduler scheduler = Scheduler.of(recorded.getAsJsonObject("config"));
        SamplingOptions options =
                SamplingOptions.ofSteps(recorded.get("num_inference_steps").getAsInt());
        for (var option : recorded.getAsJsonObject("step").entrySet()) {
            options = options.with(
                    StepOption.of(option.getKey()), option.getValue().getAsDouble());
        }
        return scheduler.plan(options.withBeginIndex(recorded.get("begin").getAsInt() * scheduler.order()));
    }

    private static SamplingPlan plan(String className, int steps) {
        return Scheduler.of(JsonParser.parseString("{\"_class_name\": \"" + className + "\"}")
                        .getAsJsonObject())
                .plan(SamplingOptions.ofSteps(steps));
    }

    private static SamplingPlan plan(List<List<Update>> programs) {
        List<Double> timesteps = programs.stream().map(program -> 1.0).toList();
        return new SamplingPlan(
                1,
                timesteps,
                List.of(),
                timesteps.stream().map(timestep -> new NoiseLevel(1, 1)).toList(),
                0,
                programs.stream()
                        .map(program -> new Step(1, 1, NoiseDraw.NONE, program))
                        .toList());
    }

    private static void checkRun(SamplingPlan plan) {
        checkRun(ProgramForm.of(plan).orElseThrow(), plan);
    }

    /** Takes all steps both ways, each from the Sampler's sample, with registers kept by either. */
    private static void checkRun(ProgramForm form, SamplingPlan plan) {
        Random random = new Random(7);
        try (NDManager manager = NDManager.newBaseManager(Device.cpu());
                CompiledModule module = Compilers.of("none")
                        .compile(
                                graph(form),
                                (key, type) -> {
                                    throw new AssertionError(key);
                                },
                                manager);
                Sampler sampler = new Sampler(plan, manager)) {
            NDArray sample = random(random, manager);
            NDList kept = new NDList();
            form.kept().forEach(register -> kept.add(manager.zeros(SHAPE)));
            for (int i = 0; i < plan.steps().size(); i++) {
                NDArray output = random(random, manager);
                NDArray noise = random(random, manager);
                NDArray expected = sampler.step(i, output, sample, noise::duplicate);

                NDList inputs = new NDList(
                        sample, output, noise, numbers(form, plan.steps().get(i), manager));
                inputs.addAll(kept);
                NDList results = module.run(inputs, manager);
                assertClose(expected, results.get(0), "step " + i);
                kept.clear();
                kept.addAll(results.subList(1, results.size()));
                sample = expected;
            }
        }
    }

    private static Graph graph(ProgramForm form) {
        GraphBuilder b = new GraphBuilder("program", DType.FP32);
        Map<Register, Node> registers = new LinkedHashMap<>();
        for (Register register : List.of(Register.SAMPLE, Register.MODEL_OUTPUT, Register.NOISE)) {
            registers.put(register, b.input(register.toString(), DType.FP32, SHAPE.getShape()));
        }
        Node numbers = b.input("numbers", DType.FP32, form.count() + 1L);
        for (Register register : form.kept()) {
            registers.put(register, b.input(register.toString(), DType.FP32, SHAPE.getShape()));
        }
        List<Node> taken = new ArrayList<>();
        Map<Register, Node> after = form.append(b, registers, () -> {
            taken.add(b.slice(numbers, 0, taken.size(), taken.size() + 1L));
            return taken.get(taken.size() - 1);
        });
        assertEquals(form.count(), taken.size());
        b.output("sample", after.get(Register.SAMPLE));
        form.kept().forEach(register -> b.output(register.toString(), after.get(register)));
        return b.build();
    }

    /** With one more, since there may be none. */
    private static NDArray numbers(ProgramForm form, Step step, NDManager manager) {
        List<Double> numbers = form.numbers(step);
        float[] values = new float[numbers.size() + 1];
        for (int i = 0; i < numbers.size(); i++) {
            values[i] = numbers.get(i).floatValue();
        }
        return manager.create(values);
    }

    private static NDArray random(Random random, NDManager manager) {
        float[] values = new float[Math.toIntExact(SHAPE.size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return manager.create(values, SHAPE);
    }

    /** Terms may cancel: what counts is the size of what is added. */
    private static void assertClose(NDArray expected, NDArray actual, String message) {
        float[] wanted = expected.toFloatArray();
        float[] got = actual.toFloatArray();
        double largest = 1;
        double error = 0;
        for (int i = 0; i < wanted.length; i++) {
            largest = Math.max(largest, Math.abs(wanted[i]));
            error = Math.max(error, Math.abs(wanted[i] - got[i]));
        }
        assertTrue(error <= 1e-5 * largest, message + " is off by " + error / largest);
    }

    /** The form does not tell how long a run is, so that one compiled step serves all of some length. */
    @Test
    void runsOfAnyLengthHaveOneForm() {
        for (String name : Schedulers.names()) {
            ProgramForm form = ProgramForm.of(plan(name, 12)).orElseThrow();
            assertEquals(form, ProgramForm.of(plan(name, 25)).orElseThrow(), name);
            assertTrue(form.fits(plan(name, 25)), name);
        }
    }

    /** A short run has fewer terms; the form of a longer one serves it, not the other way round. */
    @Test
    void shortRunsFitLongerOnes() {
        SamplingPlan shorter = plan("LMSDiscreteScheduler", 2);
        SamplingPlan longer = plan("LMSDiscreteScheduler", 12);
        ProgramForm form = ProgramForm.of(longer).orElseThrow();
        assertTrue(form.fits(shorter));
        checkRun(form, shorter);
        ProgramForm small = ProgramForm.of(shorter).orElseThrow();
        assertFalse(small.fits(longer));
        assertThrows(
                IllegalArgumentException.class,
                () -> small.numbers(longer.steps().get(8)));
    }

    /** Euler's sample is taken as it is: only the output, and with ancestral sampling the noise, has a coefficient. */
    @Test
    void coefficientsOfOneAreNoNumbers() {
        assertEquals(
                1,
                ProgramForm.of(plan("EulerDiscreteScheduler", 10)).orElseThrow().count());
        ProgramForm ancestral =
                ProgramForm.of(plan("EulerAncestralDiscreteScheduler", 10)).orElseThrow();
        assertEquals(2, ancestral.count());
        assertEquals(List.of(), ancestral.kept());
        assertEquals(NoiseDraw.MODEL_TYPE, ancestral.noise());
    }

    @Test
    void stepsOfDifferentLimitsHaveNoFormInCommon() {
        List<Update> plain =
                List.of(new LinearCombination(Register.SAMPLE, List.of(new Term(0.5, Register.MODEL_OUTPUT))));
        List<Update> clamped = List.of(
                new LinearCombination(Register.PREDICTION, List.of(new Term(0.5, Register.MODEL_OUTPUT))),
                new Update.Clamp(Register.PREDICTION, -1, 1),
                new LinearCombination(Register.SAMPLE, List.of(new Term(1, Register.PREDICTION))));
        assertEquals(Optional.empty(), ProgramForm.of(plan(List.of(plain, clamped))));
        checkRun(plan(List.of(clamped, clamped)));
    }
}
