package org.diffusionjmh.scheduler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonParser;
import java.util.List;
import org.diffusionjmh.scheduler.Update.LinearCombination;
import org.diffusionjmh.scheduler.Update.Term;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Proves how plans are carried out: types, ownership of arrays, order of steps, and single updates. */
final class SamplerTest {
    private static final Shape SHAPE = new Shape(1, 4);

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private static NDArray noNoise() {
        throw new AssertionError("noise was drawn");
    }

    private NDArray array(float... values) {
        return manager.create(values, SHAPE);
    }

    private static SamplingPlan plan(String className, int steps) {
        return Scheduler.of(JsonParser.parseString("{\"_class_name\": \"" + className + "\"}")
                        .getAsJsonObject())
                .plan(SamplingOptions.ofSteps(steps));
    }

    private static SamplingPlan oneStep(Update... program) {
        return new SamplingPlan(
                1,
                List.of(1.0),
                List.of(),
                List.of(new NoiseLevel(0.5, 2)),
                0,
                List.of(new Step(1, 1, NoiseDraw.NONE, List.of(program))));
    }

    @Test
    void halfPrecisionIsComputedInFloat32() {
        // In float16 the sum of the two products would lose the small one: 2048 + 1 = 2048.
        SamplingPlan plan = oneStep(
                new LinearCombination(
                        Register.PREDICTION, List.of(new Term(1, Register.SAMPLE), new Term(1, Register.MODEL_OUTPUT))),
                new LinearCombination(
                        Register.SAMPLE, List.of(new Term(1, Register.PREDICTION), new Term(-1, Register.SAMPLE))));
        try (Sampler sampler = new Sampler(plan, manager)) {
            NDArray sample = array(2048, 2048, 2048, 2048).toType(DataType.FLOAT16, false);
            NDArray output = array(1, 0.5f, 3, 0).toType(DataType.FLOAT16, false);
            assertEquals(DataType.FLOAT16, sampler.scaleModelInput(sample, 0).getDataType());
            NDArray next = sampler.step(0, output, sample, SamplerTest::noNoise);
            assertEquals(DataType.FLOAT16, next.getDataType());
            assertArrayEquals(
                    new float[] {1, 0.5f, 3, 0},
                    next.toType(DataType.FLOAT32, false).toFloatArray());
        }
    }

    @Test
    void theResultHasTheTypeOfTheModelOutput() {
        try (Sampler sampler = new Sampler(plan("EulerDiscreteScheduler", 3), manager)) {
            NDArray output = array(1, 2, 3, 4).toType(DataType.FLOAT16, false);
            assertEquals(
                    DataType.FLOAT16,
                    sampler.step(0, output, array(1, 2, 3, 4), SamplerTest::noNoise)
                            .getDataType());
        }
    }

    @Test
    void whatIsKeptSurvivesThatTheCallersArraysAreOverwritten() {
        float[] undisturbed = runMultistep(false);
        assertArrayEquals(undisturbed, runMultistep(true));
    }

    private float[] runMultistep(boolean overwrite) {
        SamplingPlan plan = plan("PNDMScheduler", 10);
        NDArray sample = array(1, 2, 3, 4);
        try (Sampler sampler = new Sampler(plan, manager)) {
            for (int i = 0; i < plan.steps().size(); i++) {
                NDArray output = array(i, 1, -i, 0.5f);
                NDArray next = sampler.step(i, output, sample, SamplerTest::noNoise);
                if (overwrite) {
                    output.muli(0);
                    sample.muli(0);
                    output.close();
                    sample.close();
                }
                sample = next;
            }
        }
        return sample.toFloatArray();
    }

    @Test
    void aRunLeavesNoArraysBehind() {
        SamplingPlan plan = plan("DPMSolverMultistepScheduler", 10);
        try (NDManager callers = manager.newSubManager()) {
            NDArray sample = callers.create(new float[] {1, 2, 3, 4}, SHAPE);
            try (Sampler sampler = new Sampler(plan, manager)) {
                for (int i = 0; i < plan.steps().size(); i++) {
                    try (NDArray input = sampler.scaleModelInput(sample, i);
                            NDArray output = input.mul(0.5)) {
                        NDArray next = sampler.step(i, output, sample, SamplerTest::noNoise);
                        sample.close();
                        sample = next;
                    }
                }
            }
            assertEquals(List.of(sample), callers.getManagedArrays());
        }
        assertEquals(List.of(), manager.getManagedArrays());
    }

    @Test
    void stepsAreTakenInOrder() {
        try (Sampler sampler = new Sampler(plan("EulerDiscreteScheduler", 3), manager)) {
            assertThrows(
                    IllegalStateException.class,
                    () -> sampler.step(1, array(1, 2, 3, 4), array(1, 2, 3, 4), SamplerTest::noNoise));
        }
    }

    @Test
    void clampAndThresholdLimitASample() {
        SamplingPlan clamp = oneStep(
                new LinearCombination(Register.PREDICTION, List.of(new Term(1, Register.MODEL_OUTPUT))),
                new Update.Clamp(Register.PREDICTION, -1, 2),
                new LinearCombination(Register.SAMPLE, List.of(new Term(1, Register.PREDICTION))));
        try (Sampler sampler = new Sampler(clamp, manager)) {
            NDArray next = sampler.step(0, array(-3, 0.5f, 2, 9), array(0, 0, 0, 0), SamplerTest::noNoise);
            assertArrayEquals(new float[] {-1, 0.5f, 2, 2}, next.toFloatArray());
        }
        SamplingPlan threshold = oneStep(
                new LinearCombination(Register.PREDICTION, List.of(new Term(1, Register.MODEL_OUTPUT))),
                new Update.DynamicThreshold(Register.PREDICTION, 0.5, 10),
                new LinearCombination(Register.SAMPLE, List.of(new Term(1, Register.PREDICTION))));
        try (Sampler sampler = new Sampler(threshold, manager)) {
            // The median of 1, 2, 4, 8 is 3.
            NDArray next = sampler.step(0, array(-8, 1, 2, 4), array(0, 0, 0, 0), SamplerTest::noNoise);
            assertArrayEquals(new float[] {-1, 1 / 3f, 2 / 3f, 1}, next.toFloatArray(), 1e-6f);
        }
    }

    @Test
    void addNoiseBringsASampleToTheFirstLevel() {
        try (Sampler sampler = new Sampler(oneStep(), manager)) {
            assertArrayEquals(
                    new float[] {2.5f, 5, 7.5f, 10},
                    sampler.addNoise(array(1, 2, 3, 4), array(1, 2, 3, 4)).toFloatArray());
        }
    }
}
