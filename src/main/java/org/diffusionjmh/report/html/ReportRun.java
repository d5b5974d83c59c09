package org.diffusionjmh.report.html;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.diffusionjmh.report.compare.RowKey;
import org.diffusionjmh.report.compare.RowScore;
import org.diffusionjmh.report.compare.Speedup;
import org.diffusionjmh.report.result.Run;

/**
 * A run of the report.
 *
 * @param label a letter, to tell it from the other runs; empty if it is the only one
 * @param run its files
 * @param rows its results
 * @param speedup its compilers compared, if it has several
 */
record ReportRun(String label, Run run, Map<RowKey, RowScore> rows, Optional<Speedup> speedup) {
    private static final String COMPILER = "compiler";
    private static final String BASELINE = "none";

    static ReportRun of(String label, Run run) {
        Map<RowKey, RowScore> rows = new LinkedHashMap<>();
        RowScore.of(run).forEach(row -> rows.put(row.key(), row));
        return new ReportRun(label, run, rows, speedup(run));
    }

    private static Optional<Speedup> speedup(Run run) {
        try {
            return Optional.of(Speedup.of(List.of(run), COMPILER, BASELINE));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // it has nothing to compare
        }
    }

    List<RowScore> scores() {
        return rows.values().stream().filter(row -> row.key().isScore()).toList();
    }

    /** A metric of a benchmark. */
    Optional<RowScore> metric(RowKey score, String metric) {
        return Optional.ofNullable(rows.get(score.withMetric(metric)));
    }

    /** What the environment says against a benchmark's figures. */
    List<String> marks(RowKey row) {
        return run.environment()
                .map(environment -> environment.marks(row.benchmark(), row.parameters()))
                .orElse(List.of());
    }

    /** What it says against the figures of all benchmarks. */
    Set<String> commonMarks() {
        return scores().stream()
                .map(row -> Set.copyOf(marks(row.key())))
                .reduce((a, b) -> a.stream().filter(b::contains).collect(Collectors.toUnmodifiableSet()))
                .orElse(Set.of());
    }

    /** The name of a colour in a chart: the compiler, and the run if there are several. */
    String series(String compiler) {
        String name = compiler.isEmpty() ? "score" : compiler;
        return label.isEmpty() ? name : name + " (" + label + ")";
    }
}
