package org.diffusionjmh.pipeline;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.Optional;
import org.diffusionjmh.scheduler.Scheduler;
import org.diffusionjmh.source.ModelFiles;

/**
 * The sampler of a pipeline.
 *
 * @param scheduler the model's own, or another with its configuration
 * @param numTrainTimesteps timesteps of the model's training
 */
record ModelScheduler(Scheduler scheduler, int numTrainTimesteps) {
    /** What the evaluation sampled with, whatever the model's own scheduler. */
    private static final String DEFAULT_SCHEDULER = "EulerAncestralDiscreteScheduler";

    private static final String CONSISTENCY_SCHEDULER = "LCMScheduler";

    private static final int DEFAULT_TRAIN_TIMESTEPS = 1000;

    /**
     * The sampler of a model with a U-Net.
     *
     * @param wanted the class to use instead of the model's own; {@link PipelineOptions#AUTO} for what the evaluation took
     * @throws IllegalArgumentException if it cannot sample from the model
     */
    static ModelScheduler ofUNet(ModelFiles files, Optional<String> wanted, ModelFamily family) throws IOException {
        JsonObject config = files.schedulerConfig();
        boolean ownIsOfConsistencyModels = config.has("_class_name")
                && config.get("_class_name").getAsString().equals(CONSISTENCY_SCHEDULER);
        Optional<String> className = wanted;
        if (wanted.equals(Optional.of(PipelineOptions.AUTO))) {
            className = ownIsOfConsistencyModels ? Optional.empty() : Optional.of(DEFAULT_SCHEDULER);
        }
        boolean fits = className.map(CONSISTENCY_SCHEDULER::equals).orElse(ownIsOfConsistencyModels);
        if (family == ModelFamily.LATENT_CONSISTENCY && !fits) {
            throw new IllegalArgumentException(files.description() + ": is sampled from by " + CONSISTENCY_SCHEDULER
                    + " only, not by " + className.orElse("the snapshot's " + config.get("_class_name")));
        }
        return of(config, className);
    }

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
