package org.diffusionjmh.report.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.statistics.distribution.TDistribution;
import org.diffusionjmh.report.result.Run;
import org.diffusionjmh.report.result.Unit;

/**
 * A row of one run, by itself.
 *
 * @param key what it is
 * @param unit of value and error
 * @param value the median of the forks' medians, or JMH's score where there are no single values
 * @param error half of the 95 % confidence interval, by Student's t distribution: of the forks' medians if there are 3 or more, else of
 *     the iterations; NaN if there are too few
 * @param count how many iterations
 */
public record RowScore(RowKey key, Unit unit, double value, double error, long count) {
    private static final int FEWEST = 3;

    /** All rows of a run, in its order. */
    public static List<RowScore> of(Run run) {
        List<RowScore> scores = new ArrayList<>();
        PooledRuns.of(List.of(run)).rows().forEach((key, row) -> {
            Evidence evidence = row.evidence();
            scores.add(new RowScore(
                    key,
                    row.unit(),
                    evidence.centre(),
                    error(evidence),
                    evidence.summary().count()));
        });
        return scores;
    }

    private static double error(Evidence evidence) {
        Summary summary = evidence.summary();
        if (evidence instanceof ForkSamples samples && samples.medians().length >= FEWEST) {
            summary = ForkSamples.of(
                            List.of(Arrays.stream(samples.medians()).boxed().toList()))
                    .summary();
        }
        if (!summary.hasSpread() || summary.count() < FEWEST) {
            return Double.NaN;
        }
        double count = summary.count();
        return TDistribution.of(count - 1).inverseSurvivalProbability(Finding.ALPHA / 2)
                * Math.sqrt(summary.variance() / count);
    }
}
