package org.diffusionjmh.scheduler;

import java.util.List;

/**
 * A whole run, decided beforehand: all coefficients, computed on the host in double from tables rounded as diffusers rounds them.
 *
 * @param initNoiseSigma what unit noise is multiplied with to start a whole run
 * @param timesteps all timesteps in the order of the denoiser calls, from index 0
 * @param sigmas the table that diffusers calls sigmas; empty for schedulers without one
 * @param noiseLevels the noise level at each timestep, for starting there from a clean sample
 * @param beginIndex index of the first timestep that is used
 * @param steps one per denoiser call, from {@code beginIndex} on
 */
public record SamplingPlan(
        double initNoiseSigma,
        List<Double> timesteps,
        List<Double> sigmas,
        List<NoiseLevel> noiseLevels,
        int beginIndex,
        List<Step> steps) {
    /** Copies the lists. */
    public SamplingPlan {
        timesteps = List.copyOf(timesteps);
        sigmas = List.copyOf(sigmas);
        noiseLevels = List.copyOf(noiseLevels);
        steps = List.copyOf(steps);
        if (noiseLevels.size() != timesteps.size() || steps.size() != timesteps.size() - beginIndex) {
            throw new IllegalArgumentException(timesteps.size() + " timesteps, " + noiseLevels.size()
                    + " noise levels, " + steps.size() + " steps from index " + beginIndex);
        }
    }

    /** The noise level to which a clean sample is brought before the first of {@link #steps()}. */
    public NoiseLevel beginLevel() {
        return noiseLevels.get(beginIndex);
    }
}
