package org.diffusionjmh.report.compare;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/** The values of measured iterations, by fork. */
public final class ForkSamples implements Evidence {
    private final double[][] forks;

    private ForkSamples(double[][] forks) {
        this.forks = forks;
    }

    /** Keeps a copy of the values; a fork has one or more. */
    public static ForkSamples of(Collection<List<Double>> forks) {
        double[][] values = new double[forks.size()][];
        int fork = 0;
        for (List<Double> ofFork : forks) {
            values[fork] = new double[ofFork.size()];
            for (int i = 0; i < values[fork].length; i++) {
                values[fork][i] = ofFork.get(i);
            }
            fork++;
        }
        return new ForkSamples(values);
    }

    /** All forks of several. */
    static ForkSamples pooled(List<ForkSamples> parts) {
        return new ForkSamples(
                parts.stream().flatMap(part -> Arrays.stream(part.forks)).toArray(double[][]::new));
    }

    /** All values, whatever their fork. */
    public double[] values() {
        int count = 0;
        for (double[] fork : forks) {
            count += fork.length;
        }
        double[] values = new double[count];
        int start = 0;
        for (double[] fork : forks) {
            System.arraycopy(fork, 0, values, start, fork.length);
            start += fork.length;
        }
        return values;
    }

    /** The median of each fork. */
    public double[] medians() {
        double[] medians = new double[forks.length];
        for (int fork = 0; fork < forks.length; fork++) {
            medians[fork] = median(forks[fork]);
        }
        return medians;
    }

    /** The median of the forks' medians: an outlier among the iterations or the forks does not move it. */
    @Override
    public double centre() {
        return median(medians());
    }

    @Override
    public Summary summary() {
        double[] values = values();
        double mean = Arrays.stream(values).average().orElse(Double.NaN);
        double squares = Arrays.stream(values)
                .map(value -> (value - mean) * (value - mean))
                .sum();
        return new Summary(values.length, mean, squares / (values.length - 1));
    }

    @Override
    public ForkSamples times(double factor) {
        return factor == 1
                ? this
                : new ForkSamples(Arrays.stream(forks)
                        .map(fork ->
                                Arrays.stream(fork).map(value -> value * factor).toArray())
                        .toArray(double[][]::new));
    }

    private static double median(double[] values) {
        if (values.length == 0) {
            return Double.NaN;
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
