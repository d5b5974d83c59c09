package org.diffusionjmh.scheduler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.List;
import java.util.Map;
import org.diffusionjmh.scheduler.Update.LinearCombination;
import org.diffusionjmh.scheduler.Update.Term;
import org.junit.jupiter.api.Test;

/** Proves what a plan promises beyond the recorded cases: shapes of programs, numbers of calls and draws, refused options. */
final class SamplingPlanTest {
    private static Scheduler scheduler(String name, Map<String, ?> values) {
        JsonObject config = new JsonObject();
        config.addProperty("_class_name", name + "Scheduler");
        values.forEach((key, value) -> config.add(
                key,
                value instanceof Boolean flag
                        ? new JsonPrimitive(flag)
                        : value instanceof Number number
                                ? new JsonPrimitive(number)
                                : new JsonPrimitive(value.toString())));
        return Scheduler.of(config);
    }

    private static SamplingPlan plan(String name, int steps) {
        return scheduler(name, Map.of()).plan(SamplingOptions.ofSteps(steps));
    }

    private static long draws(SamplingPlan plan) {
        return plan.steps().stream()
                .filter(step -> step.noise() != NoiseDraw.NONE)
                .count();
    }

    @Test
    void eulerIsOneMultiplyAdd() {
        SamplingPlan plan = plan("EulerDiscrete", 10);
        double difference = plan.sigmas().get(1) - plan.sigmas().get(0);
        assertEquals(
                List.of(new LinearCombination(
                        Register.SAMPLE,
                        List.of(new Term(1, Register.SAMPLE), new Term(difference, Register.MODEL_OUTPUT)))),
                plan.steps().get(0).program());
    }

    @Test
    void eulerAncestralDrawsAtTheLastStepToo() {
        SamplingPlan plan = plan("EulerAncestralDiscrete", 10);
        assertEquals(10, draws(plan));
        LinearCombination last =
                (LinearCombination) plan.steps().get(9).program().get(0);
        assertTrue(last.terms().stream().noneMatch(term -> term.register().equals(Register.NOISE)));
    }

    @Test
    void callsPerStepFollowTheOrder() {
        for (String name : List.of("HeunDiscrete", "KDPM2Discrete", "KDPM2AncestralDiscrete")) {
            assertEquals(2, scheduler(name, Map.of()).order(), name);
            assertEquals(19, plan(name, 10).steps().size(), name);
        }
        assertEquals(9, draws(plan("KDPM2AncestralDiscrete", 10)));
        assertEquals(
                11,
                scheduler("PNDM", Map.of("skip_prk_steps", true))
                        .plan(SamplingOptions.ofSteps(10))
                        .steps()
                        .size());
        assertEquals(9, draws(plan("LCM", 10)));
        assertEquals(0, draws(plan("DDIM", 10)));
    }

    @Test
    void stochasticSolversDrawInFloat32() {
        SamplingPlan plan = scheduler("DPMSolverMultistep", Map.of("algorithm_type", "sde-dpmsolver++"))
                .plan(SamplingOptions.ofSteps(5));
        plan.steps().forEach(step -> assertEquals(NoiseDraw.FLOAT32, step.noise()));
    }

    @Test
    void aLateBeginLeavesTablesWhole() {
        SamplingPlan plan = scheduler("EulerDiscrete", Map.of())
                .plan(SamplingOptions.ofSteps(10).withBeginIndex(4));
        assertEquals(10, plan.timesteps().size());
        assertEquals(6, plan.steps().size());
        assertEquals(plan.timesteps().get(4), plan.steps().get(0).timestep());
        assertEquals(new NoiseLevel(1, plan.sigmas().get(4)), plan.beginLevel());
    }

    @Test
    void trailingStepsAreAsManyAsAskedFor() {
        Scheduler trailing = scheduler("EulerDiscrete", Map.of("timestep_spacing", "trailing"));
        for (int steps = 1; steps <= 1000; steps++) {
            assertEquals(
                    steps, trailing.plan(SamplingOptions.ofSteps(steps)).steps().size());
        }
    }

    @Test
    void betaSigmasAreQuantiles() {
        SamplingPlan plan = scheduler(
                        "EulerDiscrete",
                        Map.of("use_beta_sigmas", true, "sigma_min", 0, "sigma_max", 1, "final_sigmas_type", "zero"))
                .plan(SamplingOptions.ofSteps(5));
        // scipy.stats.beta.ppf of 1, 0.75, 0.5, 0.25, 0 with both shapes 0.6
        List<Double> expected = List.of(1.0, 0.8243196213, 0.5, 0.1756803787, 0.0, 0.0);
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.get(i), plan.sigmas().get(i), 1e-6);
        }
    }

    @Test
    void optionsOfOtherSchedulersAreRefused() {
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> scheduler("EulerDiscrete", Map.of())
                        .plan(SamplingOptions.ofSteps(10).with(StepOption.ETA, 0.5)));
        assertTrue(refusal.getMessage().contains("'eta' (value 0.5)"), refusal.getMessage());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> StepOption.of("etta"))
                .getMessage()
                .contains("s_churn"));
    }

    @Test
    void runsThatCannotBePlannedAreRefused() {
        SamplingOptions ten = SamplingOptions.ofSteps(10);
        assertThrows(IllegalArgumentException.class, () -> SamplingOptions.ofSteps(0));
        assertThrows(IllegalArgumentException.class, () -> scheduler("EulerDiscrete", Map.of())
                .plan(ten.withBeginIndex(10)));
        assertThrows(IllegalArgumentException.class, () -> scheduler("HeunDiscrete", Map.of())
                .plan(ten.withBeginIndex(3)));
        assertThrows(IllegalArgumentException.class, () -> plan("DDIM", 1001));
        assertThrows(IllegalArgumentException.class, () -> plan("LCM", 51));
        assertThrows(IllegalArgumentException.class, () -> plan("PNDM", 3));
        assertThrows(IllegalArgumentException.class, () -> scheduler(
                        "FlowMatchEulerDiscrete", Map.of("use_dynamic_shifting", true))
                .plan(ten));
        String noSignal = assertThrows(IllegalArgumentException.class, () -> scheduler(
                                "DDIM", Map.of("rescale_betas_zero_snr", true, "timestep_spacing", "trailing"))
                        .plan(ten))
                .getMessage();
        assertTrue(noSignal.contains("v_prediction"), noSignal);
    }

    private static SamplingOptions along(CustomSchedule.Kind kind, Double... values) {
        return SamplingOptions.along(new CustomSchedule(kind, List.of(values)));
    }

    @Test
    void aSchedulerThatTakesNoneNamesThoseThatDo() {
        SamplingOptions timesteps = along(CustomSchedule.Kind.TIMESTEPS, 900.0, 100.0);
        assertEquals(
                "DDIMScheduler takes no timesteps; those that do: [DDPMScheduler, DPMSolverMultistepScheduler,"
                        + " DPMSolverSinglestepScheduler, EulerDiscreteScheduler, FlowMatchEulerDiscreteScheduler,"
                        + " HeunDiscreteScheduler, LCMScheduler]",
                assertThrows(IllegalArgumentException.class, () -> scheduler("DDIM", Map.of())
                                .plan(timesteps))
                        .getMessage());
        assertEquals(
                "HeunDiscreteScheduler takes no sigmas; those that do: [EulerDiscreteScheduler,"
                        + " FlowMatchEulerDiscreteScheduler, UniPCMultistepScheduler]",
                assertThrows(IllegalArgumentException.class, () -> scheduler("HeunDiscrete", Map.of())
                                .plan(along(CustomSchedule.Kind.SIGMAS, 5.0, 1.0)))
                        .getMessage());
    }

    @Test
    void schedulesThatTheConfigurationContradictsAreRefused() {
        SamplingOptions timesteps = along(CustomSchedule.Kind.TIMESTEPS, 900.0, 100.0);
        SamplingOptions sigmas = along(CustomSchedule.Kind.SIGMAS, 5.0, 1.0);
        assertRefused("use_karras_sigmas", scheduler("EulerDiscrete", Map.of("use_karras_sigmas", true)), timesteps);
        assertRefused("use_lu_lambdas", scheduler("DPMSolverMultistep", Map.of("use_lu_lambdas", true)), timesteps);
        assertRefused("use_flow_sigmas", scheduler("DPMSolverSinglestep", Map.of("use_flow_sigmas", true)), timesteps);
        assertRefused(
                "timestep_type continuous",
                scheduler("EulerDiscrete", Map.of("timestep_type", "continuous", "prediction_type", "v_prediction")),
                timesteps);
        assertRefused("use_flow_sigmas true", scheduler("UniPCMultistep", Map.of()), sigmas);
        assertRefused(
                "want at least two", scheduler("EulerDiscrete", Map.of()), along(CustomSchedule.Kind.SIGMAS, 5.0));
        assertRefused("training's 0 to 999", scheduler("DDPM", Map.of()), along(CustomSchedule.Kind.TIMESTEPS, 1000.0));
        assertRefused("want 1 with timesteps", scheduler("LCM", Map.of()), timesteps.with(StepOption.STRENGTH, 0.6));
    }

    private static void assertRefused(String reason, Scheduler scheduler, SamplingOptions options) {
        String message = assertThrows(IllegalArgumentException.class, () -> scheduler.plan(options))
                .getMessage();
        assertTrue(message.contains(reason), message);
    }

    /** The last of Euler's noise levels is where the run ends, not a step. */
    @Test
    void stepsOfASchedule() {
        SamplingOptions sigmas = along(CustomSchedule.Kind.SIGMAS, 5.0, 1.0, 0.0);
        assertEquals(2, scheduler("EulerDiscrete", Map.of()).steps(sigmas));
        assertEquals(3, scheduler("FlowMatchEulerDiscrete", Map.of()).steps(sigmas));
        assertEquals(
                2, scheduler("EulerDiscrete", Map.of()).plan(sigmas).steps().size());
    }
}
