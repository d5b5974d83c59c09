package org.diffusionjmh.scheduler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Proves which configurations are taken, which are refused, and that a refusal names what is wrong. */
final class SchedulersTest {
    /** As published with SDXL: it holds keys of three other classes. */
    private static final String SDXL = """
            {"_class_name": "EulerDiscreteScheduler", "_diffusers_version": "0.19.0.dev0", "beta_end": 0.012,
             "beta_schedule": "scaled_linear", "beta_start": 0.00085, "clip_sample": false, "interpolation_type": "linear",
             "num_train_timesteps": 1000, "prediction_type": "epsilon", "sample_max_value": 1.0, "set_alpha_to_one": false,
             "skip_prk_steps": true, "steps_offset": 1, "timestep_spacing": "leading", "trained_betas": null,
             "use_karras_sigmas": false}
            """;

    private static JsonObject json(String text) {
        return JsonParser.parseString(text).getAsJsonObject();
    }

    private static JsonObject config(String className, String keysAndValues) {
        return json("{\"_class_name\": \"" + className + "\", " + keysAndValues + "}");
    }

    private static String refusal(JsonObject config) {
        return assertThrows(IllegalArgumentException.class, () -> Scheduler.of(config))
                .getMessage();
    }

    private static void assertNames(String message, String... parts) {
        for (String part : parts) {
            assertTrue(message.contains(part), () -> "'" + part + "' is missing in: " + message);
        }
    }

    @Test
    void keysOfOtherSchedulersSayNothing() {
        assertInstanceOf(EulerDiscreteScheduler.class, Scheduler.of(json(SDXL)));
    }

    @TestFactory
    List<DynamicTest> everyClassTakesThatConfiguration() {
        return Schedulers.names().stream()
                .map(name -> DynamicTest.dynamicTest(
                        name,
                        () -> assertEquals(
                                name,
                                Scheduler.fromConfigOf(name, json(SDXL))
                                        .getClass()
                                        .getSimpleName())))
                .toList();
    }

    @Test
    void valuesAreCarriedOverToAnotherClass() {
        SamplingOptions options = SamplingOptions.ofSteps(10);
        SamplingPlan carried = Scheduler.fromConfigOf("EulerAncestralDiscreteScheduler", json(SDXL))
                .plan(options);
        assertEquals(Scheduler.of(json(SDXL)).plan(options).sigmas(), carried.sigmas());
    }

    @Test
    void namesOfTheSameSolverElsewhereAreTranslated() {
        JsonObject config = config(
                "DPMSolverMultistepScheduler", "\"algorithm_type\": \"dpmsolver++\", \"solver_type\": \"midpoint\"");
        assertInstanceOf(DEISMultistepScheduler.class, Scheduler.fromConfigOf("DEISMultistepScheduler", config));
        assertInstanceOf(UniPCMultistepScheduler.class, Scheduler.fromConfigOf("UniPCMultistepScheduler", config));
    }

    /** Saved configurations of DDPM have a variance type always. */
    @Test
    void aVarianceTypeSaysNothingToSolversUnlessItIsLearned() {
        for (String name : List.of("DPMSolverMultistepScheduler", "DPMSolverSinglestepScheduler")) {
            SamplingOptions options = SamplingOptions.ofSteps(5);
            assertEquals(
                    Scheduler.fromConfigOf(name, json("{}")).plan(options),
                    Scheduler.fromConfigOf(name, config("DDPMScheduler", "\"variance_type\": \"fixed_large\""))
                            .plan(options));
            assertNames(
                    refusal(config(name, "\"variance_type\": \"learned\"")),
                    "variance_type",
                    "fixed_small, fixed_small_log, fixed_large");
        }
    }

    @Test
    void anUnknownClassIsRefusedWithTheKnownOnes() {
        assertNames(
                refusal(config("EulerDiscretScheduler", "\"beta_start\": 0.1")),
                "EulerDiscretScheduler",
                "EulerDiscreteScheduler",
                "PNDMScheduler");
        assertNames(refusal(json("{}")), "_class_name", "null");
    }

    @Test
    void anUnknownKeyIsRefused() {
        assertNames(
                refusal(config("EulerDiscreteScheduler", "\"timestep_spacin\": \"leading\"")),
                "EulerDiscreteScheduler",
                "timestep_spacin",
                "leading");
    }

    @Test
    void anUnknownValueIsRefusedWithTheKnownOnes() {
        assertNames(
                refusal(config("EulerDiscreteScheduler", "\"timestep_spacing\": \"trailling\"")),
                "timestep_spacing",
                "trailling",
                "linspace, leading, trailing");
        assertNames(
                refusal(config("KDPM2DiscreteScheduler", "\"prediction_type\": \"sample\"")),
                "prediction_type",
                "\"sample\"",
                "epsilon, v_prediction");
        assertNames(
                refusal(config("DDPMScheduler", "\"variance_type\": \"learned_range\"")), "variance_type", "learned");
        assertNames(refusal(config("UniPCMultistepScheduler", "\"solver_p\": {}")), "solver_p", "null");
    }

    @Test
    void aValueOfTheWrongTypeIsRefused() {
        assertNames(
                refusal(config("DDIMScheduler", "\"num_train_timesteps\": 999.5")), "num_train_timesteps", "integer");
        assertNames(refusal(config("DDIMScheduler", "\"beta_start\": true")), "beta_start", "true", "a number");
        assertNames(refusal(config("DDIMScheduler", "\"clip_sample\": 1")), "clip_sample", "true or false");
        assertNames(refusal(config("DDIMScheduler", "\"trained_betas\": [0.1]")), "trained_betas", "1000");
    }

    @Test
    void valuesThatExcludeEachOtherAreRefused() {
        assertNames(
                refusal(config(
                        "EulerDiscreteScheduler", "\"use_karras_sigmas\": true, \"use_exponential_sigmas\": true")),
                "use_karras_sigmas",
                "use_exponential_sigmas");
        assertNames(
                refusal(config("DPMSolverMultistepScheduler", "\"algorithm_type\": \"dpmsolver\"")),
                "final_sigmas_type",
                "sigma_min");
        assertNames(
                refusal(config("DPMSolverMultistepScheduler", "\"prediction_type\": \"flow_prediction\"")),
                "prediction_type",
                "use_flow_sigmas");
    }
}
