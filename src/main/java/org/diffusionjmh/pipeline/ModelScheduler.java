package org.diffusionjmh.pipeline;

import com.google.gson.JsonObject;
import java.util.Optional;
import org.diffusionjmh.scheduler.Scheduler;

/**
 * The sampler of a pipeline.
 *
 * @param scheduler the model's own, or another with its configuration
 * @param numTrainTimesteps timesteps of the model's training
 */
record ModelScheduler(Scheduler scheduler, int numTrainTimesteps) {
    private static final int DEFAULT_TRAIN_TIMESTEPS = 1000;

    /**
     * @param config the model's own scheduler
     * @param className the class to use instead of its own
     */
    static ModelScheduler of(JsonObject config, Optional<String> className) {
        Scheduler scheduler =
                className.map(name -> Scheduler.fromConfigOf(name, config)).orElseGet(() -> Scheduler.of(config));
        int trainTimesteps = config.has("num_train_timesteps")
                ? config.get("num_train_timesteps").getAsInt()
                : DEFAULT_TRAIN_TIMESTEPS;
        return new ModelScheduler(scheduler, trainTimesteps);
    }
}
