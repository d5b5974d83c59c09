package org.diffusionjmh.scheduler;

/** How predicted clean samples are kept in the range of pictures; not for latents, as diffusers says. */
sealed interface SampleLimit {
    /**
     * The update that limits a register.
     *
     * @throws IllegalStateException if there is no limit
     */
    Update update(Register register);

    /** No limit. */
    record None() implements SampleLimit {
        @Override
        public Update update(Register register) {
            throw new IllegalStateException("no limit for " + register);
        }
    }

    /** Clips to [-range, range]. */
    record Clip(double range) implements SampleLimit {
        @Override
        public Update update(Register register) {
            return new Update.Clamp(register, -range, range);
        }
    }

    /** See {@link Update.DynamicThreshold}. */
    record Threshold(double ratio, double maximum) implements SampleLimit {
        @Override
        public Update update(Register register) {
            return new Update.DynamicThreshold(register, ratio, maximum);
        }
    }

    /** The limit of classes that only clip. */
    static SampleLimit clipping(SchedulerConfig config, boolean absent) {
        boolean clip = config.flag("clip_sample", absent);
        double range = config.number("clip_sample_range", 1);
        return clip ? new Clip(range) : new None();
    }

    /** The limit of classes that only threshold. */
    static SampleLimit thresholding(SchedulerConfig config) {
        boolean threshold = config.flag("thresholding", false);
        double ratio = config.number("dynamic_thresholding_ratio", 0.995);
        double maximum = config.number("sample_max_value", 1);
        if (!(ratio >= 0 && ratio <= 1)) {
            throw config.refuse("dynamic_thresholding_ratio", "a number from 0 to 1");
        }
        return threshold ? new Threshold(ratio, maximum) : new None();
    }

    /** The limit of classes that have both; thresholding wins. */
    static SampleLimit thresholdingOrClipping(SchedulerConfig config, boolean clipAbsent) {
        SampleLimit threshold = thresholding(config);
        SampleLimit clip = clipping(config, clipAbsent);
        return threshold instanceof None ? clip : threshold;
    }
}
