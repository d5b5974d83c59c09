package org.diffusionjmh.scheduler;

import java.util.Arrays;
import java.util.Locale;
import org.apache.commons.math3.distribution.BetaDistribution;

/** Which noise levels a run visits. */
enum SigmaSpacing {
    /** Those of its timesteps. */
    OF_TIMESTEPS,
    /** Even in the seventh root (Karras et al. 2022, equation 5). */
    KARRAS,
    /** Even in the half log signal-to-noise ratio (Lu et al. 2022, DPM-Solver); timesteps are rounded. */
    LU,
    /** Even in the logarithm. */
    EXPONENTIAL,
    /** Quantiles of the beta distribution (Lee et al. 2024, "Beta Sampling is All You Need"). */
    BETA;

    private static final double RHO = 7;
    private static final double BETA_SHAPE = 0.6;

    /** Reads {@code use_karras_sigmas}, {@code use_exponential_sigmas} and {@code use_beta_sigmas}. */
    static SigmaSpacing of(SchedulerConfig config) {
        config.atMostOne("use_beta_sigmas", "use_exponential_sigmas", "use_karras_sigmas");
        SigmaSpacing exponentialOrElse = config.flag("use_exponential_sigmas", false) ? EXPONENTIAL : OF_TIMESTEPS;
        SigmaSpacing betaOrElse = config.flag("use_beta_sigmas", false) ? BETA : exponentialOrElse;
        return config.flag("use_karras_sigmas", false) ? KARRAS : betaOrElse;
    }

    /** diffusers' key that chooses it. */
    String key() {
        return this == LU ? "use_lu_lambdas" : "use_" + name().toLowerCase(Locale.ROOT) + "_sigmas";
    }

    /**
     * {@code count} noise levels from the largest to the smallest, both included.
     *
     * @throws IllegalStateException for those that do not follow from the two ends
     */
    double[] between(double largest, double smallest, int count) {
        return switch (this) {
            case KARRAS ->
                Arrays.stream(TimestepSpacing.linspace(Math.pow(largest, 1 / RHO), Math.pow(smallest, 1 / RHO), count))
                        .map(root -> Math.pow(root, RHO))
                        .toArray();
            case EXPONENTIAL -> exponentials(Math.log(largest), Math.log(smallest), count);
            // diffusers takes these two from its float32 table; rounded otherwise, the first timestep may be another.
            case LU -> exponentials((float) Math.log(largest), (float) Math.log(smallest), count);
            case BETA -> {
                BetaDistribution distribution = new BetaDistribution(BETA_SHAPE, BETA_SHAPE);
                yield Arrays.stream(TimestepSpacing.linspace(1, 0, count))
                        .map(share ->
                                smallest + distribution.inverseCumulativeProbability(share) * (largest - smallest))
                        .toArray();
            }
            case OF_TIMESTEPS -> throw new IllegalStateException(this + " does not follow from two sigmas");
        };
    }

    private static double[] exponentials(double first, double last, int count) {
        return Arrays.stream(TimestepSpacing.linspace(first, last, count))
                .map(Math::exp)
                .toArray();
    }
}
