package org.diffusionjmh.scheduler;

import java.util.List;
import java.util.stream.DoubleStream;

/**
 * The timesteps and noise levels of a run.
 *
 * @param timesteps what the denoiser is told, descending
 * @param sigmas noise over signal at each timestep in float32, and at the end of the run
 */
record SigmaTable(List<Double> timesteps, List<Double> sigmas) {
    static SigmaTable of(double[] timesteps, double[] sigmas, double finalSigma) {
        return new SigmaTable(
                DoubleStream.of(timesteps).boxed().toList(),
                DoubleStream.concat(DoubleStream.of(sigmas), DoubleStream.of(finalSigma))
                        .map(sigma -> (float) sigma)
                        .boxed()
                        .toList());
    }

    double sigma(int index) {
        return sigmas.get(index);
    }

    double largestSigma() {
        return sigmas.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }
}
