package org.diffusionjmh.scheduler;

import java.util.Arrays;
import java.util.List;

/**
 * The timesteps and noise levels of the samplers in the manner of DDPM: integer timesteps of training, samples of unit variance.
 *
 * @param noise noise levels of training
 * @param spacing where the timesteps lie
 * @param stepsOffset added to timesteps of {@link TimestepSpacing#LEADING}
 */
record AlphaSchedule(NoiseSchedule noise, TimestepSpacing spacing, int stepsOffset) {
    static AlphaSchedule of(SchedulerConfig config, NoiseSchedule noise) {
        return new AlphaSchedule(
                noise, TimestepSpacing.of(config, TimestepSpacing.LEADING), config.integer("steps_offset", 0));
    }

    static NoiseSchedule rescaled(BetaSchedule betas, boolean rescaleBetasZeroSnr) {
        return rescaleBetasZeroSnr ? NoiseSchedule.withZeroTerminalSnr(betas) : NoiseSchedule.of(betas);
    }

    /** Descending. */
    int[] timesteps(int steps) {
        return Arrays.stream(spacing.timesteps(steps, noise.size(), stepsOffset))
                .mapToInt(timestep -> (int) Math.rint(timestep))
                .toArray();
    }

    /** Timesteps of a caller, without what fractions they have. */
    static int[] whole(double[] timesteps) {
        return Arrays.stream(timesteps)
                .mapToInt(timestep -> (int) Math.floor(timestep))
                .toArray();
    }

    /** How far apart the timesteps lie. */
    int stride(int steps) {
        return noise.size() / steps;
    }

    /** Share of the signal's variance at a timestep, or {@code atEnd} past the last. */
    double alphaCumprod(int timestep, double atEnd) {
        return timestep < 0 ? atEnd : noise.alphaCumprod(timestep);
    }

    NoiseLevel level(int timestep) {
        return NoiseLevel.ofAlphaCumprod(noise.alphaCumprod(timestep));
    }

    /** A plan of these steps: unit noise to start with, no table of sigmas. */
    SamplingPlan plan(int[] timesteps, int beginIndex, List<Step> steps) {
        return new SamplingPlan(
                1,
                Arrays.stream(timesteps).mapToObj(timestep -> (double) timestep).toList(),
                List.of(),
                Arrays.stream(timesteps).mapToObj(this::level).toList(),
                beginIndex,
                steps);
    }
}
