package org.diffusionjmh.scheduler;

import java.util.List;
import java.util.function.DoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

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

    /** The noise level at each timestep. */
    List<NoiseLevel> levels(DoubleFunction<NoiseLevel> level) {
        return IntStream.range(0, timesteps.size())
                .mapToObj(i -> level.apply(sigma(i)))
                .toList();
    }

    double largestSigma() {
        return sigmas.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }
}
