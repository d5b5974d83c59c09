package org.diffusionjmh.scheduler;

import java.util.List;
import java.util.Locale;

/** Where a run ends ({@code final_sigmas_type}). */
enum FinalSigma {
    /** Without noise. */
    ZERO,
    /** At the smallest noise level. */
    SIGMA_MIN;

    static FinalSigma of(SchedulerConfig config) {
        return config.choice("final_sigmas_type", ZERO, List.of(values()));
    }

    double value(double smallestSigma) {
        return this == ZERO ? 0 : smallestSigma;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
