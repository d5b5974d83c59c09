package org.diffusionjmh.report.compare;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.diffusionjmh.report.result.ResultRow;
import org.diffusionjmh.report.result.Run;
import org.diffusionjmh.report.result.Unit;

/** The rows of several runs as if they were one: forks of all of them count alike. */
final class PooledRuns {
    private final List<Run> runs;
    private final Map<RowKey, PooledRow> rows;
    private final List<String> warnings = new ArrayList<>();

    private PooledRuns(List<Run> runs, Map<RowKey, PooledRow> rows) {
        this.runs = runs;
        this.rows = rows;
    }

    static PooledRuns of(List<Run> runs) {
        PooledRuns pooled = new PooledRuns(List.copyOf(runs), new LinkedHashMap<>());
        Map<RowKey, List<PooledRow>> parts = new LinkedHashMap<>();
        ErrorBars errorBars = new ErrorBars();
        for (Run run : runs) {
            pooled.warnings.addAll(run.warnings());
            RunSamples samples = new RunSamples(run.samples());
            Set<RowKey> sampled = new LinkedHashSet<>();
            for (ResultRow row : run.rows()) {
                RowKey key = RowKey.of(row);
                Optional<ForkSamples> values = samples.of(row);
                // A CSV of concatenated ones names a row twice; its samples are the same.
                if (values.isEmpty() || sampled.add(key)) {
                    Evidence evidence = values.isPresent() ? values.get() : summedUp(row, errorBars);
                    parts.computeIfAbsent(key, k -> new ArrayList<>())
                            .add(new PooledRow(Unit.of(row.unit()), evidence, Set.of(row.threads())));
                }
            }
        }
        parts.forEach((key, found) -> pooled.rows.put(key, pooled.pool(key, found)));
        return pooled;
    }

    List<Run> runs() {
        return runs;
    }

    /** In the order of the files. */
    Map<RowKey, PooledRow> rows() {
        return Collections.unmodifiableMap(rows);
    }

    /** What is odd about the runs and no error. */
    List<String> warnings() {
        return warnings;
    }

    /** One value is a fork of one iteration. */
    private static Evidence summedUp(ResultRow row, ErrorBars errorBars) {
        return row.samples() == 1 && !Double.isNaN(row.score())
                ? ForkSamples.of(List.of(List.of(row.score())))
                : errorBars.summary(row);
    }

    private PooledRow pool(RowKey key, List<PooledRow> parts) {
        Unit unit = parts.get(0).unit();
        List<Evidence> evidence = new ArrayList<>();
        Set<Long> threads = new LinkedHashSet<>();
        for (PooledRow part : parts) {
            OptionalDouble factor = part.unit().factorTo(unit);
            if (factor.isPresent()) {
                evidence.add(part.evidence().times(factor.getAsDouble()));
                threads.addAll(part.threads());
            } else {
                warnings.add(key + ": " + part.unit() + " cannot be pooled with " + unit + ", and is left out");
            }
        }
        return new PooledRow(unit, pool(evidence), threads);
    }

    private static Evidence pool(List<Evidence> parts) {
        if (parts.size() == 1) {
            return parts.get(0);
        }
        List<ForkSamples> samples = new ArrayList<>();
        for (Evidence part : parts) {
            if (!(part instanceof ForkSamples ofPart)) {
                return Summary.pooled(parts.stream().map(Evidence::summary).toList());
            }
            samples.add(ofPart);
        }
        return ForkSamples.pooled(samples);
    }
}
