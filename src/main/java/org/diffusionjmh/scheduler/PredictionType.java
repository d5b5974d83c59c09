package org.diffusionjmh.scheduler;

import java.util.List;
import java.util.Locale;

/** What the denoiser predicts. */
enum PredictionType {
    /** The noise. */
    EPSILON,
    /** The clean sample. */
    SAMPLE,
    /** The velocity {@code alpha * noise - sigma * x0} (Salimans and Ho 2022, "Progressive Distillation", appendix D). */
    V_PREDICTION,
    /** The direction from sample to noise of rectified flow. */
    FLOW_PREDICTION;

    static final List<PredictionType> OF_DIFFUSION = List.of(EPSILON, SAMPLE, V_PREDICTION);

    static PredictionType of(SchedulerConfig config, List<PredictionType> supported) {
        return config.choice("prediction_type", EPSILON, supported);
    }

    /** The clean sample, for a sample of unit variance or on a rectified flow. */
    LinearForm original(LinearForm sample, LinearForm output, NoiseLevel level) {
        if (this == EPSILON && level.alpha() == 0) {
            throw new IllegalArgumentException(
                    "prediction_type is epsilon, and a predicted noise says nothing about the sample"
                            + " where rescale_betas_zero_snr leaves no signal; want v_prediction or sample");
        }
        return switch (this) {
            case EPSILON -> sample.minus(output.times(level.sigma())).over(level.alpha());
            case SAMPLE -> output;
            case V_PREDICTION -> sample.times(level.alpha()).minus(output.times(level.sigma()));
            case FLOW_PREDICTION -> sample.minus(output.times(level.sigma()));
        };
    }

    /** The noise, for a sample of unit variance. */
    LinearForm noise(LinearForm sample, LinearForm output, NoiseLevel level) {
        return switch (this) {
            case EPSILON -> output;
            case SAMPLE, FLOW_PREDICTION ->
                sample.minus(original(sample, output, level).times(level.alpha()))
                        .over(level.sigma());
            case V_PREDICTION -> output.times(level.alpha()).plus(sample.times(level.sigma()));
        };
    }

    /**
     * The clean sample D(x; sigma), for a sample {@code x0 + sigma * noise} (Karras et al. 2022, "Elucidating the Design Space of
     * Diffusion-Based Generative Models", table 1: c_skip and c_out).
     */
    LinearForm denoised(LinearForm sample, LinearForm output, double sigma) {
        double variance = sigma * sigma + 1;
        return switch (this) {
            case EPSILON, FLOW_PREDICTION -> sample.minus(output.times(sigma));
            case SAMPLE -> output;
            case V_PREDICTION -> output.times(-sigma / Math.sqrt(variance)).plus(sample.over(variance));
        };
    }

    /** The derivative of such a sample by sigma (equations 1 and 3 there). */
    LinearForm derivative(LinearForm sample, LinearForm output, double sigma) {
        return sample.minus(denoised(sample, output, sigma)).over(sigma);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
