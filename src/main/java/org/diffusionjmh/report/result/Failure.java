package org.diffusionjmh.report.result;

/**
 * A fork, or a whole benchmark, that gave no result.
 *
 * @param benchmark qualified name of class and method
 * @param parameters the benchmark's, as {@link Parameters#toString} writes them
 * @param fork from 1; empty if not known
 * @param kind such as {@code OOM}, {@code timed out}, {@code crashed}
 * @param reason what is known of it
 */
public record Failure(String benchmark, String parameters, String fork, String kind, String reason) {
    /** One line for people. */
    @Override
    public String toString() {
        return benchmark
                + (parameters.isEmpty() ? "" : " (" + parameters + ")")
                + (fork.isEmpty() ? "" : ", fork " + fork)
                + ": " + kind + ": " + reason;
    }
}
