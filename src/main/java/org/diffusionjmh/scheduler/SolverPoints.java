package org.diffusionjmh.scheduler;

import java.util.Arrays;

/** Timesteps, possibly with fractions, and their noise over signal, descending; on the way to a {@link SigmaTable}. */
final class SolverPoints {
    private final double[] timesteps;
    private final double[] sigmas;

    SolverPoints(double[] timesteps, double[] sigmas) {
        this.timesteps = timesteps;
        this.sigmas = sigmas;
    }

    SolverPoints withRoundedTimesteps() {
        return new SolverPoints(Arrays.stream(timesteps).map(Math::rint).toArray(), sigmas);
    }

    double lastSigma() {
        return sigmas[sigmas.length - 1];
    }

    /** The table of a run; what fractions the timesteps have, they lose. */
    SigmaTable endingAt(double finalSigma) {
        return SigmaTable.of(Arrays.stream(timesteps).map(Math::floor).toArray(), sigmas, finalSigma);
    }
}
