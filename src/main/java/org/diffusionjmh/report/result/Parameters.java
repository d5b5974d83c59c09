package org.diffusionjmh.report.result;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A benchmark's parameters. One without a value is left out: JMH's CSV has a column for every parameter of any benchmark in it.
 *
 * @param values value by name
 */
public record Parameters(SortedMap<String, String> values) {
    /** Keeps a copy of the values, without the empty ones. */
    public Parameters {
        SortedMap<String, String> copy = new TreeMap<>(values);
        copy.values().removeIf(String::isEmpty);
        values = Collections.unmodifiableSortedMap(copy);
    }

    public static Parameters of(Map<String, String> values) {
        return new Parameters(new TreeMap<>(values));
    }

    /** A parameter's value; empty if the benchmark has none of that name. */
    public String get(String name) {
        return values.getOrDefault(name, "");
    }

    /** These parameters, with one set to another value. */
    public Parameters with(String name, String value) {
        SortedMap<String, String> changed = new TreeMap<>(values);
        changed.put(name, value);
        return new Parameters(changed);
    }

    /** These parameters but for one. */
    public Parameters without(String name) {
        SortedMap<String, String> others = new TreeMap<>(values);
        others.remove(name);
        return new Parameters(others);
    }

    /** {@code key=value;key=value}, sorted by key: how the files beside JMH's CSV name a row's parameters. */
    @Override
    public String toString() {
        return values.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(";"));
    }
}
