package org.diffusionjmh.report;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.IterationResultMetaData;
import org.openjdk.jmh.results.ResultRole;
import org.openjdk.jmh.results.SingleShotResult;
import org.openjdk.jmh.runner.IterationType;
import org.openjdk.jmh.runner.WorkloadParams;
import org.openjdk.jmh.runner.options.TimeValue;

/** Benchmarks and results as JMH makes them, for tests of what is done with them. */
public final class Benchmarks {
    public static final String NAME = "org.example.Model.generate";

    private Benchmarks() {}

    /** A single-shot benchmark with two warm-up and three measured iterations in two forks, and a JMH time-out of 10 minutes. */
    public static BenchmarkParams of(String compiler, int order) {
        return of(compiler, order, 3, Mode.SingleShotTime);
    }

    public static BenchmarkParams of(String compiler, int order, int iterations, Mode mode) {
        WorkloadParams parameters = new WorkloadParams();
        parameters.put("compiler", compiler, order);
        parameters.put("batch", "1", 0);
        return new BenchmarkParams(
                NAME,
                NAME + "Generated",
                false,
                1,
                new int[] {1},
                List.of(),
                2,
                0,
                new IterationParams(IterationType.WARMUP, 2, TimeValue.seconds(20), 1),
                new IterationParams(IterationType.MEASUREMENT, iterations, TimeValue.seconds(30), 1),
                mode,
                parameters,
                TimeUnit.MILLISECONDS,
                1,
                "/usr/bin/java",
                List.of("-Xss64m"),
                "17.0.15",
                "OpenJDK",
                "17.0.15+6",
                "1.37",
                TimeValue.minutes(10));
    }

    /** A fork with these measured times in milliseconds, and its first iteration's load figure. */
    public static BenchmarkResult fork(BenchmarkParams benchmark, double... millis) {
        List<IterationResult> iterations = IntStream.range(0, millis.length)
                .mapToObj(i -> iteration(benchmark, benchmark.getMeasurement(), millis[i], i == 0))
                .toList();
        return new BenchmarkResult(benchmark, iterations);
    }

    /** An iteration of this time in milliseconds. */
    public static IterationResult iteration(
            BenchmarkParams benchmark, IterationParams phase, double millis, boolean first) {
        IterationResult iteration = new IterationResult(benchmark, phase, new IterationResultMetaData(1, 1));
        iteration.addResult(
                new SingleShotResult(ResultRole.PRIMARY, "generate", Math.round(millis * 1e6), TimeUnit.MILLISECONDS));
        if (first) {
            iteration.addResult(new SampleResult(Figure.LOAD, 1.5));
        }
        iteration.addResult(new SampleResult(Figure.PEAK_MEMORY, millis));
        return iteration;
    }
}
