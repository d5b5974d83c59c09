package org.diffusionjmh.report.result;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where and how a run was measured.
 *
 * @param facts every value of the file by its path, such as {@code gpu.name} or {@code versions.jvm}; marks and failures excepted
 * @param marks what to know before trusting the results, such as {@code busy} or {@code synthetic weights}
 * @param failures what gave no result
 */
public record Environment(SortedMap<String, String> facts, List<String> marks, List<Failure> failures) {
    /** Path of the time the run started at, an ISO-8601 instant. */
    public static final String START = "start";

    /** Path of the commit measured. */
    public static final String COMMIT = "git.commit";

    /** Path of whether there were changes beside the commit. */
    public static final String DIRTY = "git.dirty";

    /** Keeps copies. */
    public Environment {
        facts = Collections.unmodifiableSortedMap(new TreeMap<>(facts));
        marks = List.copyOf(marks);
        failures = List.copyOf(failures);
    }

    public static Environment of(Map<String, String> facts, List<String> marks, List<Failure> failures) {
        return new Environment(new TreeMap<>(facts), marks, failures);
    }

    /** A value of the file. */
    public Optional<String> fact(String path) {
        return Optional.ofNullable(facts.get(path));
    }
}
