package org.diffusionjmh.scheduler;

import com.google.gson.JsonObject;
import java.util.Set;

/**
 * A sampling method with its configuration: decides which noise levels a run visits and how each step gets from one to the next.
 *
 * <p>Implementations are immutable and carry the class name, configuration keys and defaults of diffusers 0.40.
 */
public interface Scheduler {
    /** How many denoiser calls a step takes, the last excepted: by it, strengths become begin indices. */
    default int order() {
        return 1;
    }

    /** The kinds of schedules it takes from a caller. */
    default Set<CustomSchedule.Kind> customSchedules() {
        return Set.of();
    }

    /** The steps of a whole run; for schedulers of order 2 each takes up to two denoiser calls. */
    default int steps(SamplingOptions options) {
        return options.numInferenceSteps();
    }

    /**
     * Plans one run.
     *
     * @throws IllegalArgumentException if an option is not one of this scheduler's, or the run it asks for cannot be planned
     */
    SamplingPlan plan(SamplingOptions options);

    /**
     * The scheduler that a {@code scheduler_config.json} describes, of the class that its {@code _class_name} names.
     *
     * @throws IllegalArgumentException naming the key and value that are unknown or not supported
     */
    static Scheduler of(JsonObject config) {
        return Schedulers.of(config);
    }

    /**
     * A scheduler of another class with the configuration of this one, as diffusers' {@code from_config} makes it: keys that the new
     * class has keep their values, keys that only other schedulers have say nothing to it and are dropped.
     *
     * @param className diffusers' name of the class wanted, such as {@code EulerDiscreteScheduler}
     * @throws IllegalArgumentException naming the class, or the key and value, that are unknown or not supported
     */
    static Scheduler fromConfigOf(String className, JsonObject config) {
        return Schedulers.fromConfigOf(className, config);
    }
}
