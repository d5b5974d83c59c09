package org.diffusionjmh.report.compare;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.diffusionjmh.report.result.ResultRow;
import org.diffusionjmh.report.result.Run;
import org.diffusionjmh.report.result.Unit;

/**
 * Compilers against each other within runs.
 *
 * @param runs the runs, pooled
 * @param parameter the parameter that names the compiler
 * @param baseline the compiler that the others are compared with
 * @param rows by benchmark and parameters, in the order of the runs
 * @param warnings what makes the comparison doubtful
 */
public record Speedup(List<Run> runs, String parameter, String baseline, List<SpeedupRow> rows, List<String> warnings) {
    /** Name of the secondary metric that has the time of the first call. */
    private static final String FIRST_CALL = "warmup";

    private static final Unit SECONDS = Unit.of("s");
    private static final Unit SECONDS_PER_CALL = Unit.of("s/op");

    /** Keeps copies of the lists. */
    public Speedup {
        runs = List.copyOf(runs);
        rows = List.copyOf(rows);
        warnings = List.copyOf(warnings);
    }

    /**
     * Compares every value of a parameter with one of them.
     *
     * @throws IllegalArgumentException if no score has the parameter with that value, or none has another
     */
    public static Speedup of(List<Run> runs, String parameter, String baseline) {
        PooledRuns pooled = PooledRuns.of(runs);
        Map<RowKey, Double> firstCalls = firstCalls(pooled, runs);
        SignificanceTest test = new SignificanceTest();
        List<SpeedupRow> rows = new ArrayList<>();
        pooled.rows().forEach((key, row) -> {
            String compiler = key.parameters().get(parameter);
            RowKey ofBaseline = key.with(key.parameters().with(parameter, baseline));
            Optional<PooledRow> base =
                    Optional.ofNullable(pooled.rows().get(ofBaseline)).flatMap(found -> found.in(row.unit()));
            if (key.isScore() && !compiler.isEmpty() && !compiler.equals(baseline) && base.isPresent()) {
                rows.add(new SpeedupRow(
                        key.benchmark(),
                        key.parameters().without(parameter),
                        compiler,
                        RowDiff.of(key, row.unit(), base.get().evidence(), row.evidence(), test),
                        firstCalls.getOrDefault(ofBaseline, Double.NaN),
                        firstCalls.getOrDefault(key, Double.NaN)));
            }
        });
        requireRows(rows, pooled, parameter, baseline);
        Set<String> warnings = new LinkedHashSet<>(pooled.warnings());
        runs.forEach(run -> warnings.addAll(SettingsCheck.within(run)));
        return new Speedup(runs, parameter, baseline, rows, List.copyOf(warnings));
    }

    private static void requireRows(List<SpeedupRow> rows, PooledRuns pooled, String parameter, String baseline) {
        if (rows.isEmpty()) {
            Set<String> known = new TreeSet<>();
            pooled.rows().keySet().forEach(key -> known.add(key.parameters().get(parameter)));
            known.remove("");
            throw new IllegalArgumentException("nothing to compare: want benchmarks with " + parameter + "=" + baseline
                    + " and with another " + parameter + ", found "
                    + (known.isEmpty() ? "no such parameter" : String.join(", ", known)));
        }
    }

    /** Seconds of the first call after loading, by the metric that says so or else by the samples of the warm-ups. */
    private static Map<RowKey, Double> firstCalls(PooledRuns pooled, List<Run> runs) {
        Map<RowKey, Double> seconds = new HashMap<>();
        for (Run run : runs) {
            RunSamples samples = new RunSamples(run.samples());
            for (ResultRow row : run.rows()) {
                if (row.isScore()) {
                    samples.firstCalls(row).ifPresent(first -> Unit.of(row.unit())
                            .factorTo(SECONDS_PER_CALL)
                            .ifPresent(factor -> seconds.put(RowKey.of(row), first.centre() * factor)));
                }
            }
        }
        pooled.rows().forEach((key, row) -> {
            if (key.metric().equals(FIRST_CALL)) {
                RowKey score = new RowKey(key.benchmark(), ResultRow.SCORE, key.mode(), key.parameters());
                row.in(SECONDS)
                        .ifPresent(first -> seconds.put(score, first.evidence().centre()));
            }
        });
        return seconds;
    }
}
