package org.diffusionjmh.report.compare;

import java.util.List;
import org.diffusionjmh.report.result.Run;

/**
 * Two sides compared.
 *
 * @param oldRuns the runs of the old side
 * @param newRuns the runs of the new side
 * @param rows what both have, in the order of the old runs
 * @param oneSided what only one has
 * @param means of the rows' scores
 * @param warnings what makes the comparison doubtful
 */
public record Diff(
        List<Run> oldRuns,
        List<Run> newRuns,
        List<RowDiff> rows,
        List<OneSidedRow> oneSided,
        List<GeometricMean> means,
        List<String> warnings) {
    /** Keeps copies. */
    public Diff {
        oldRuns = List.copyOf(oldRuns);
        newRuns = List.copyOf(newRuns);
        rows = List.copyOf(rows);
        oneSided = List.copyOf(oneSided);
        means = List.copyOf(means);
        warnings = List.copyOf(warnings);
    }

    /** Compares old runs with new ones; those of each side are pooled. */
    public static Diff of(List<Run> oldRuns, List<Run> newRuns) {
        return new RowMatching(PooledRuns.of(oldRuns), PooledRuns.of(newRuns)).diff();
    }

    /** The scores that are significantly slower, by more than a part of the old value. */
    public List<RowDiff> regressions(double threshold) {
        return rows.stream().filter(row -> row.isRegression(threshold)).toList();
    }
}
