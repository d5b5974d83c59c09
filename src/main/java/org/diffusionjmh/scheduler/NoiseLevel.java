package org.diffusionjmh.scheduler;

/**
 * How much signal and noise a noisy sample holds: {@code x = alpha * x0 + sigma * noise}.
 *
 * @param alpha scale of the clean sample
 * @param sigma scale of the noise, which has unit variance
 */
public record NoiseLevel(double alpha, double sigma) {
    /** The clean sample unscaled, as the samplers after Karras et al. (2022) have it. */
    static NoiseLevel varianceExploding(double sigma) {
        return new NoiseLevel(1, sigma);
    }

    /** The level with the same ratio of noise to signal and {@code alpha^2 + sigma^2 = 1}, as models are trained. */
    static NoiseLevel variancePreserving(double ratio) {
        double alpha = 1 / Math.sqrt(ratio * ratio + 1);
        return new NoiseLevel(alpha, ratio * alpha);
    }

    /** The level whose {@code alpha^2} is the cumulative product of alphas. */
    static NoiseLevel ofAlphaCumprod(double alphaCumprod) {
        return new NoiseLevel(Math.sqrt(alphaCumprod), Math.sqrt(1 - alphaCumprod));
    }

    /** Rectified flow: on the straight line between sample and noise. */
    static NoiseLevel flow(double sigma) {
        return new NoiseLevel(1 - sigma, sigma);
    }

    /** Half the logarithm of the signal-to-noise ratio; infinite without noise. */
    double lambda() {
        return Math.log(alpha) - Math.log(sigma);
    }
}
