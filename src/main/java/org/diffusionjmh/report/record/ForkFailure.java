package org.diffusionjmh.report.record;

import org.diffusionjmh.report.BenchmarkNames;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * A fork that gave no result.
 *
 * @param benchmark what it was to measure
 * @param fork its number, from 1
 * @param reason one line for people
 */
public record ForkFailure(BenchmarkParams benchmark, int fork, FailureKind kind, String reason) {
    /** One line for people. */
    @Override
    public String toString() {
        return BenchmarkNames.describe(benchmark) + ", fork " + fork + ": " + kind.label() + ": " + reason;
    }
}
