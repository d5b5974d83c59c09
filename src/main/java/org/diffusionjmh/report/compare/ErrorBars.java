package org.diffusionjmh.report.compare;

import java.util.HashMap;
import java.util.Map;
import org.apache.commons.statistics.distribution.TDistribution;
import org.diffusionjmh.report.result.ResultRow;

/** Gets back from JMH's score error, half of a confidence interval by Student's t distribution, the variance it was computed from. */
final class ErrorBars {
    private static final double CONFIDENCE = 0.999;
    private static final int SMALLEST_COUNT = 3;

    private final Map<Long, Double> quantiles = new HashMap<>();

    /** The row's score without its samples; no variance where JMH has no error, as below 3 samples and for what is no mean. */
    Summary summary(ResultRow row) {
        long n = row.samples();
        if (n < SMALLEST_COUNT || Double.isNaN(row.error())) {
            return new Summary(n, row.score(), Double.NaN);
        }
        double t = quantiles.computeIfAbsent(
                n, count -> TDistribution.of(count.doubleValue() - 1).inverseSurvivalProbability((1 - CONFIDENCE) / 2));
        double deviation = row.error() * Math.sqrt((double) n) / t;
        return new Summary(n, row.score(), deviation * deviation);
    }
}
