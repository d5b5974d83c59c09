package org.diffusionjmh.scheduler;

import java.util.List;
import java.util.Locale;

/**
 * Exact solutions of the diffusion equations up to a Taylor expansion of the denoiser's output in lambda, half the log signal-to-noise
 * ratio: Lu et al. 2022, "DPM-Solver" (expands the noise), and "DPM-Solver++" (expands the clean sample); the latter's appendix for the
 * stochastic equations.
 */
enum DpmSolverAlgorithm {
    /** Noise, without randomness: equation 3.4 of DPM-Solver. */
    DPMSOLVER {
        @Override
        Expansion expansion(NoiseLevel from, NoiseLevel to) {
            double h = to.lambda() - from.lambda();
            double phi = Math.expm1(h);
            return new Expansion(
                    to.alpha() / from.alpha(),
                    -to.sigma() * phi,
                    -to.sigma() * (phi / h - 1),
                    -to.sigma() * phi / 2,
                    -to.sigma() * ((phi - h) / (h * h) - 0.5),
                    0);
        }
    },
    /** Clean sample, without randomness: equation 8 of DPM-Solver++. */
    DPMSOLVER_PLUS_PLUS {
        @Override
        Expansion expansion(NoiseLevel from, NoiseLevel to) {
            double h = to.lambda() - from.lambda();
            double phi = Math.expm1(-h);
            return new Expansion(
                    to.sigma() / from.sigma(),
                    -to.alpha() * phi,
                    to.alpha() * (phi / h + 1),
                    -to.alpha() * phi / 2,
                    -to.alpha() * ((phi + h) / (h * h) - 0.5),
                    0);
        }
    },
    /** Noise, with randomness. */
    SDE_DPMSOLVER {
        @Override
        Expansion expansion(NoiseLevel from, NoiseLevel to) {
            double h = to.lambda() - from.lambda();
            double phi = Math.expm1(h);
            return new Expansion(
                    to.alpha() / from.alpha(),
                    -2 * to.sigma() * phi,
                    -2 * to.sigma() * (phi / h - 1),
                    -to.sigma() * phi,
                    Double.NaN, // diffusers has no third order of it
                    to.sigma() * Math.sqrt(Math.expm1(2 * h)));
        }
    },
    /** Clean sample, with randomness. */
    SDE_DPMSOLVER_PLUS_PLUS {
        @Override
        Expansion expansion(NoiseLevel from, NoiseLevel to) {
            double h = to.lambda() - from.lambda();
            double phi = -Math.expm1(-2 * h);
            return new Expansion(
                    to.sigma() / from.sigma() * Math.exp(-h),
                    to.alpha() * phi,
                    to.alpha() * (phi / (-2 * h) + 1),
                    to.alpha() * phi / 2,
                    to.alpha() * ((phi - 2 * h) / (4 * h * h) - 0.5),
                    to.sigma() * Math.sqrt(phi));
        }
    };

    /**
     * The factors of {@code x_to = sample x_from + zeroth D0 + first D1 + second D2 + noise z}, with the derivatives of the expanded
     * output by {@code lambda / h}.
     *
     * @param sample of the sample
     * @param zeroth of the output
     * @param first of its first derivative
     * @param firstMidpoint of its first derivative, in the approximation that diffusers calls midpoint
     * @param second of its second derivative
     * @param noise of the noise that is drawn
     */
    record Expansion(double sample, double zeroth, double first, double firstMidpoint, double second, double noise) {}

    abstract Expansion expansion(NoiseLevel from, NoiseLevel to);

    boolean expandsSample() {
        return this == DPMSOLVER_PLUS_PLUS || this == SDE_DPMSOLVER_PLUS_PLUS;
    }

    boolean isStochastic() {
        return this == SDE_DPMSOLVER || this == SDE_DPMSOLVER_PLUS_PLUS;
    }

    static DpmSolverAlgorithm of(SchedulerConfig config, List<DpmSolverAlgorithm> supported) {
        return config.choice(
                "algorithm_type",
                DPMSOLVER_PLUS_PLUS,
                supported,
                text -> text.equals("deis") ? DPMSOLVER_PLUS_PLUS.toString() : text);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace("_plus_plus", "++").replace('_', '-');
    }
}
