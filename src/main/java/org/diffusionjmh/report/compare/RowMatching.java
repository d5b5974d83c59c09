package org.diffusionjmh.report.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Finds for each row of the old side the new side's. */
final class RowMatching {
    private final PooledRuns oldSide;
    private final PooledRuns newSide;
    private final SignificanceTest test = new SignificanceTest();
    private final List<RowDiff> matched = new ArrayList<>();
    private final List<OneSidedRow> oneSided = new ArrayList<>();
    private final Set<String> warnings = new LinkedHashSet<>();

    RowMatching(PooledRuns oldSide, PooledRuns newSide) {
        this.oldSide = oldSide;
        this.newSide = newSide;
    }

    Diff diff() {
        warnings.addAll(oldSide.warnings());
        warnings.addAll(newSide.warnings());
        warnings.addAll(SettingsCheck.compare(oldSide.runs(), newSide.runs()));
        Set<String> dropped = parametersOfOneSide();
        Map<RowKey, PooledRow> oldRows = without(dropped, oldSide);
        Map<RowKey, PooledRow> newRows = without(dropped, newSide);
        oldRows.forEach((key, row) -> match(key, row, newRows));
        newRows.forEach((key, row) -> {
            if (!oldRows.containsKey(key)) {
                oneSided.add(OneSidedRow.of(key, row, false));
            }
        });
        warnOfModes();
        return new Diff(
                oldSide.runs(), newSide.runs(), matched, oneSided, GeometricMean.of(matched), List.copyOf(warnings));
    }

    private void match(RowKey key, PooledRow oldRow, Map<RowKey, PooledRow> newRows) {
        PooledRow candidate = newRows.get(key);
        if (candidate == null) {
            oneSided.add(OneSidedRow.of(key, oldRow, true));
            return;
        }
        Optional<PooledRow> newRow = candidate.in(oldRow.unit());
        if (newRow.isEmpty()) {
            warnings.add(key + ": the unit is " + oldRow.unit() + " (old) and " + candidate.unit()
                    + " (new), which cannot be compared");
            oneSided.add(OneSidedRow.of(key, oldRow, true));
            oneSided.add(OneSidedRow.of(key, candidate, false));
            return;
        }
        if (!oldRow.threads().equals(candidate.threads())) {
            warnings.add("threads differ: " + new TreeSet<>(oldRow.threads()) + " (old), "
                    + new TreeSet<>(candidate.threads()) + " (new)");
        }
        matched.add(
                RowDiff.of(key, oldRow.unit(), oldRow.evidence(), newRow.get().evidence(), test));
    }

    /**
     * Parameters that only one side has, with one value each: a benchmark that has got a new parameter is still the same. They are
     * warned of, and left out of the keys.
     */
    private Set<String> parametersOfOneSide() {
        Map<String, Set<String>> oldValues = values(oldSide);
        Map<String, Set<String>> newValues = values(newSide);
        Set<String> dropped = new TreeSet<>();
        collectMissing(oldValues, newValues, "old", dropped);
        collectMissing(newValues, oldValues, "new", dropped);
        return dropped;
    }

    private void collectMissing(
            Map<String, Set<String>> values, Map<String, Set<String>> others, String side, Set<String> dropped) {
        values.forEach((name, ofSide) -> {
            if (!others.containsKey(name) && ofSide.size() == 1) {
                dropped.add(name);
                warnings.add("only the " + side + " side has a parameter '" + name + "' ("
                        + ofSide.iterator().next() + "); rows are matched without it");
            }
        });
    }

    private static Map<String, Set<String>> values(PooledRuns side) {
        Map<String, Set<String>> values = new LinkedHashMap<>();
        side.rows().keySet().forEach(key -> key.parameters().values().forEach((name, value) -> values.computeIfAbsent(
                        name, n -> new TreeSet<>())
                .add(value)));
        return values;
    }

    private static Map<RowKey, PooledRow> without(Set<String> parameters, PooledRuns side) {
        if (parameters.isEmpty()) {
            return side.rows();
        }
        Map<RowKey, PooledRow> rows = new LinkedHashMap<>();
        side.rows().forEach((key, row) -> {
            RowKey shorter = key;
            for (String name : parameters) {
                shorter = shorter.with(shorter.parameters().without(name));
            }
            rows.put(shorter, row);
        });
        return rows;
    }

    /** Says of rows without a counterpart that there is one in another mode. */
    private void warnOfModes() {
        Function<OneSidedRow, String> name = row -> row.key().toString();
        Map<String, OneSidedRow> newRows = oneSided.stream()
                .filter(row -> !row.isOld())
                .collect(Collectors.toMap(name, row -> row, (first, second) -> first));
        oneSided.stream().filter(OneSidedRow::isOld).forEach(row -> {
            OneSidedRow other = newRows.get(name.apply(row));
            if (other != null && other.key().mode() != row.key().mode()) {
                warnings.add(row.key() + ": the mode is " + row.key().mode().shortLabel() + " (old) and "
                        + other.key().mode().shortLabel() + " (new), which cannot be compared");
            }
        });
    }
}
