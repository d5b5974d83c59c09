package org.diffusionjmh.scheduler;

import java.util.Arrays;
import java.util.List;

/**
 * The noise levels of the samplers in the manner of Karras et al. (2022), "Elucidating the Design Space of Diffusion-Based Generative
 * Models": the sample is {@code x0 + sigma * noise}, and is scaled to unit variance for the denoiser.
 *
 * @param noise noise levels of training
 * @param spacing where the timesteps lie
 * @param stepsOffset added to timesteps of {@link TimestepSpacing#LEADING}
 * @param sigmaSpacing where the noise levels lie
 */
record KarrasSchedule(NoiseSchedule noise, TimestepSpacing spacing, int stepsOffset, SigmaSpacing sigmaSpacing) {
    static KarrasSchedule of(SchedulerConfig config, NoiseSchedule noise, SigmaSpacing sigmaSpacing) {
        return new KarrasSchedule(
                noise,
                TimestepSpacing.of(config, TimestepSpacing.LINSPACE),
                config.integer("steps_offset", 0),
                sigmaSpacing);
    }

    /**
     * The timesteps of the caller or of the spacing, before other noise levels displace them.
     *
     * @throws IllegalArgumentException if other noise levels would displace those of a caller
     */
    double[] spacedTimesteps(SamplingOptions options) {
        if (sigmaSpacing != SigmaSpacing.OF_TIMESTEPS) {
            options.refuseTimesteps(sigmaSpacing.key());
        }
        return options.custom(CustomSchedule.Kind.TIMESTEPS)
                .orElseGet(() -> spacing.timesteps(options.numInferenceSteps(), noise.size(), stepsOffset));
    }

    /** A run from noise to picture, ending without noise. */
    SigmaTable table(SamplingOptions options) {
        double[] timesteps = spacedTimesteps(options);
        double[] sigmas = Arrays.stream(timesteps).map(noise::interpolatedSigma).toArray();
        if (sigmaSpacing != SigmaSpacing.OF_TIMESTEPS) {
            sigmas = sigmaSpacing.between(sigmas[0], sigmas[sigmas.length - 1], sigmas.length);
            timesteps = timestepsOf(sigmas);
        }
        return SigmaTable.of(timesteps, sigmas, 0);
    }

    /** The same for samplers that tell the denoiser whole timesteps at {@link SigmaSpacing#KARRAS}. */
    SigmaTable tableWithRoundedKarrasTimesteps(SamplingOptions options) {
        SigmaTable table = table(options);
        return sigmaSpacing == SigmaSpacing.KARRAS
                ? new SigmaTable(table.timesteps().stream().map(Math::rint).toList(), table.sigmas())
                : table;
    }

    double[] timestepsOf(double[] sigmas) {
        return Arrays.stream(sigmas).map(noise::timestep).toArray();
    }

    /** The scale of the noise that a run starts from. */
    double initNoiseSigma(SigmaTable table) {
        double largest = table.largestSigma();
        return spacing == TimestepSpacing.LEADING ? Math.sqrt(largest * largest + 1) : largest;
    }

    /** What brings a sample of this noise level to unit variance. */
    static double inputScale(double sigma) {
        return 1 / Math.sqrt(sigma * sigma + 1);
    }

    static List<NoiseLevel> noiseLevels(List<Double> sigmas, int count) {
        return sigmas.stream().limit(count).map(NoiseLevel::varianceExploding).toList();
    }
}
