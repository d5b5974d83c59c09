package org.diffusionjmh.scheduler;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/** The schedulers by diffusers' class names. */
public final class Schedulers {
    private static final Map<String, Function<SchedulerConfig, Scheduler>> FACTORIES = factories();

    /** Keys of diffusers schedulers that are not here but share their configurations with those that are. */
    private static final Set<String> KEYS_OF_ABSENT_CLASSES =
            Set.of("noise_sampler_seed", "sigma_data", "sigma_schedule", "rho");

    /** Every key that some scheduler has: a configuration may hold keys of other classes, and published ones do. */
    private static final Set<String> ALL_KEYS = allKeys();

    private Schedulers() {}

    private static Map<String, Function<SchedulerConfig, Scheduler>> factories() {
        Map<String, Function<SchedulerConfig, Scheduler>> factories = new TreeMap<>();
        factories.put("DDIMScheduler", DDIMScheduler::of);
        factories.put("DDPMScheduler", DDPMScheduler::of);
        factories.put("DEISMultistepScheduler", DEISMultistepScheduler::of);
        factories.put("DPMSolverMultistepScheduler", DPMSolverMultistepScheduler::of);
        factories.put("DPMSolverSinglestepScheduler", DPMSolverSinglestepScheduler::of);
        factories.put("EulerAncestralDiscreteScheduler", EulerAncestralDiscreteScheduler::of);
        factories.put("EulerDiscreteScheduler", EulerDiscreteScheduler::of);
        factories.put("FlowMatchEulerDiscreteScheduler", FlowMatchEulerDiscreteScheduler::of);
        factories.put("HeunDiscreteScheduler", HeunDiscreteScheduler::of);
        factories.put("KDPM2AncestralDiscreteScheduler", KDPM2AncestralDiscreteScheduler::of);
        factories.put("KDPM2DiscreteScheduler", KDPM2DiscreteScheduler::of);
        factories.put("LCMScheduler", LCMScheduler::of);
        factories.put("LMSDiscreteScheduler", LMSDiscreteScheduler::of);
        factories.put("PNDMScheduler", PNDMScheduler::of);
        factories.put("UniPCMultistepScheduler", UniPCMultistepScheduler::of);
        return Collections.unmodifiableMap(factories);
    }

    /** The class names of the schedulers that take such a schedule from a caller, sorted. */
    static List<String> taking(CustomSchedule.Kind kind) {
        return FACTORIES.entrySet().stream()
                .filter(entry -> entry.getValue()
                        .apply(new SchedulerConfig(entry.getKey(), new JsonObject()))
                        .customSchedules()
                        .contains(kind))
                .map(Map.Entry::getKey)
                .toList();
    }

    private static Set<String> allKeys() {
        Set<String> keys = new TreeSet<>(KEYS_OF_ABSENT_CLASSES);
        FACTORIES.forEach((name, factory) -> {
            SchedulerConfig defaults = new SchedulerConfig(name, new JsonObject());
            var unused = factory.apply(defaults);
            keys.addAll(defaults.keysRead());
        });
        return Collections.unmodifiableSet(keys);
    }

    /** The class names known here, sorted. */
    public static List<String> names() {
        return List.copyOf(FACTORIES.keySet());
    }

    /** See {@link Scheduler#of}. */
    static Scheduler of(JsonObject config) {
        JsonElement name = config.get("_class_name");
        if (name == null || !name.isJsonPrimitive()) {
            throw new IllegalArgumentException("scheduler configuration: key '_class_name' is " + name
                    + ", want the class name of a scheduler, one of " + names());
        }
        return fromConfigOf(name.getAsString(), config);
    }

    /** See {@link Scheduler#fromConfigOf}. */
    static Scheduler fromConfigOf(String className, JsonObject config) {
        Function<SchedulerConfig, Scheduler> factory = FACTORIES.get(className);
        if (factory == null) {
            throw new IllegalArgumentException("scheduler '" + className + "' is not known, want one of " + names());
        }
        SchedulerConfig read = new SchedulerConfig(className, config);
        Scheduler scheduler = factory.apply(read);
        read.rejectKeysOutside(ALL_KEYS);
        return scheduler;
    }
}
