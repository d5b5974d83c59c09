package org.diffusionjmh.report.result;

import org.openjdk.jmh.annotations.Mode;

/**
 * A row of JMH's CSV: a benchmark's score, or one of its secondary metrics.
 *
 * @param benchmark qualified name of class and method
 * @param metric {@link #SCORE}, or the secondary metric's name
 * @param mode what the benchmark's score is; of a secondary metric too, whatever that is
 * @param threads of the benchmark
 * @param parameters of the benchmark
 * @param samples how many values {@code score} is of
 * @param score the mean, or what else the metric's samples are summed up to
 * @param error half of the 99.9 % confidence interval of the score; NaN below 3 samples and for what is no mean
 * @param unit of score and error
 */
public record ResultRow(
        String benchmark,
        String metric,
        Mode mode,
        long threads,
        Parameters parameters,
        long samples,
        double score,
        double error,
        String unit) {
    /** The metric's name of a benchmark's primary score. */
    public static final String SCORE = "score";

    public boolean isScore() {
        return metric.equals(SCORE);
    }
}
