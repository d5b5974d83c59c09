package org.diffusionjmh.report;

import java.util.stream.Collectors;
import org.openjdk.jmh.infra.BenchmarkParams;

/** How results name a benchmark and its parameters. */
public final class BenchmarkNames {
    private BenchmarkNames() {}

    /** Class and method, without the package. */
    public static String shortName(String benchmark) {
        int method = benchmark.lastIndexOf('.');
        return benchmark.substring(benchmark.lastIndexOf('.', method - 1) + 1);
    }

    /** The parameters as {@code key=value} pairs, sorted by key and joined by {@code ;}. */
    public static String parameters(BenchmarkParams benchmark) {
        return benchmark.getParamsKeys().stream()
                .sorted()
                .map(key -> key + "=" + benchmark.getParam(key))
                .collect(Collectors.joining(";"));
    }

    /** Benchmark and parameters for people. */
    public static String describe(BenchmarkParams benchmark) {
        String parameters = parameters(benchmark).replace(";", ", ");
        return benchmark.getBenchmark() + (parameters.isEmpty() ? "" : " (" + parameters + ")");
    }
}
