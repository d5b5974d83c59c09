package org.diffusionjmh.scheduler;

/**
 * The noise level of every training timestep, in float32 as diffusers tabulates it: with small noise, {@code 1 - alphaCumprod} keeps
 * three digits only, and they must be the same ones.
 */
final class NoiseSchedule {
    /** What stands for an alphaCumprod of zero where it must be divided by: the smallest positive float16. */
    private static final float NEARLY_ZERO = 0x1p-24f;

    private final float[] alphasCumprod;

    private NoiseSchedule(float[] alphasCumprod) {
        this.alphasCumprod = alphasCumprod;
    }

    static NoiseSchedule of(BetaSchedule betas) {
        return new NoiseSchedule(alphasCumprod(betas.betas()));
    }

    /** The betas scaled so that the last timestep is pure noise (Lin et al. 2024, algorithm 1). */
    static NoiseSchedule withZeroTerminalSnr(BetaSchedule betas) {
        float[] bars = alphasCumprod(betas.betas());
        int last = bars.length - 1;
        float first = (float) Math.sqrt(bars[0]);
        float shift = (float) Math.sqrt(bars[last]);
        float scale = first / (first - shift);
        for (int i = 0; i <= last; i++) {
            float root = ((float) Math.sqrt(bars[i]) - shift) * scale;
            bars[i] = root * root;
        }
        float[] rescaled = new float[bars.length];
        rescaled[0] = 1 - bars[0];
        for (int i = 1; i <= last; i++) {
            rescaled[i] = 1 - bars[i] / bars[i - 1];
        }
        return new NoiseSchedule(alphasCumprod(rescaled));
    }

    /** For samplers that divide by the signal: as rescaled as asked for, but not quite without signal. */
    static NoiseSchedule withFiniteSigmas(BetaSchedule betas, boolean rescaleBetasZeroSnr) {
        if (!rescaleBetasZeroSnr) {
            return of(betas);
        }
        NoiseSchedule schedule = withZeroTerminalSnr(betas);
        schedule.alphasCumprod[schedule.size() - 1] = NEARLY_ZERO;
        return schedule;
    }

    private static float[] alphasCumprod(float[] betas) {
        float[] products = new float[betas.length];
        double product = 1; // torch.cumprod sums up in double on a CPU
        for (int i = 0; i < betas.length; i++) {
            product *= 1 - betas[i];
            products[i] = (float) product;
        }
        return products;
    }

    /** Number of training timesteps. */
    int size() {
        return alphasCumprod.length;
    }

    /**
     * Share of the signal's variance left at a timestep.
     *
     * @throws IllegalArgumentException if training had no such timestep
     */
    double alphaCumprod(int timestep) {
        if (timestep < 0 || timestep >= size()) {
            throw new IllegalArgumentException("timestep " + timestep + " lies outside of training's 0 to "
                    + (size() - 1) + "; take fewer steps, or check steps_offset");
        }
        return alphasCumprod[timestep];
    }

    /** Noise over signal at a timestep. */
    double sigma(int timestep) {
        return (float) Math.sqrt((1 - alphasCumprod[timestep]) / alphasCumprod[timestep]);
    }

    double smallestSigma() {
        return sigma(0);
    }

    double largestSigma() {
        return sigma(size() - 1);
    }

    /** Noise over signal between timesteps, on straight lines; outside of training's timesteps, that of the nearest. */
    double interpolatedSigma(double timestep) {
        int below = (int) Math.floor(Math.min(Math.max(timestep, 0), size() - 1));
        if (timestep <= below || below == size() - 1) {
            return sigma(below);
        }
        return sigma(below) + (timestep - below) * (sigma(below + 1) - sigma(below));
    }

    /** The timestep, with fraction, at which noise over signal has this value, on straight lines in its logarithm. */
    double timestep(double sigma) {
        double logSigma = Math.log(Math.max(sigma, 1e-10));
        // From the top, because a rescaled schedule's last sigma may be below the one before it.
        int below = size() - 1;
        while (below > 0 && logSigma(below) > logSigma) {
            below--;
        }
        below = Math.min(below, size() - 2);
        double fraction = (logSigma - logSigma(below)) / (logSigma(below + 1) - logSigma(below));
        return below + Math.min(Math.max(fraction, 0), 1);
    }

    private double logSigma(int timestep) {
        return (float) Math.log(sigma(timestep));
    }
}
