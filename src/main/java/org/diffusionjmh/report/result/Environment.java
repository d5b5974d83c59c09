package org.diffusionjmh.report.result;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where and how a run was measured.
 *
 * @param facts every value of the file by its path, such as {@code gpu.name} or {@code versions.jvm}; marks, failures and earlier runs excepted
 * @param marks what to know before trusting the results, such as {@code busy} or {@code synthetic weights}
 * @param rowMarks the marks of single benchmarks
 * @param failures what gave no result
 */
public record Environment(
        SortedMap<String, String> facts, List<String> marks, List<RowMarks> rowMarks, List<Failure> failures) {
    /**
     * Marks of a benchmark.
     *
     * @param benchmark qualified name of class and method
     * @param parameters the benchmark's, as {@link Parameters#toString} writes them
     */
    public record RowMarks(String benchmark, String parameters, List<String> marks) {
        /** Keeps a copy of the list. */
        public RowMarks {
            marks = List.copyOf(marks);
        }
    }

    /** Path of the time the run started at, an ISO-8601 instant. */
    public static final String START = "start";

    /** Path of the commit measured. */
    private static final String COMMIT = "git.commit";

    /** Path of whether there were changes beside the commit. */
    private static final String DIRTY = "git.dirty";

    private static final int COMMIT_DIGITS = 10;

    /** Keeps copies. */
    public Environment {
        facts = Collections.unmodifiableSortedMap(new TreeMap<>(facts));
        marks = List.copyOf(marks);
        rowMarks = List.copyOf(rowMarks);
        failures = List.copyOf(failures);
    }

    /** The marks of a benchmark by itself; none if the file does not tell. */
    public List<String> marks(String benchmark, Parameters parameters) {
        String text = parameters.toString();
        return rowMarks.stream()
                .filter(row ->
                        row.benchmark().equals(benchmark) && row.parameters().equals(text))
                .flatMap(row -> row.marks().stream())
                .toList();
    }

    /** The commit measured, shortened, and whether there were changes beside it; empty if it is not known. */
    public String version() {
        String commit = fact(COMMIT).orElse("");
        String changes = fact(DIRTY).filter("true"::equals).isPresent() ? " with changes" : "";
        return commit.isEmpty() ? "" : commit.substring(0, Math.min(commit.length(), COMMIT_DIGITS)) + changes;
    }

    /** A value of the file. */
    public Optional<String> fact(String path) {
        return Optional.ofNullable(facts.get(path));
    }
}
