package org.diffusionjmh.report.run;

import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.runner.BenchmarkException;
import org.openjdk.jmh.runner.Defaults;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * What a run is to measure, in JMH's order.
 *
 * @param benchmarks all of them, with parameters, iterations and forks
 * @param forkByFork whether each fork can be run by itself; not so with {@code -f 0}, which forks nothing, and with bulk warm-up, where
 *     each fork warms up all benchmarks
 */
public record Plan(List<BenchmarkParams> benchmarks, boolean forkByFork) {
    public Plan {
        benchmarks = List.copyOf(benchmarks);
    }

    /**
     * Asks JMH, which tells each benchmark before it forks for it: a run in which every benchmark is stopped there.
     *
     * @throws RunnerException if JMH cannot run these options: no benchmark matches, a profiler does not work here
     */
    public static Plan of(Options options) throws RunnerException {
        List<BenchmarkParams> benchmarks = new ArrayList<>();
        BenchmarkException stop = new BenchmarkException("planned, not to be run", List.of());
        try {
            new Runner(new MeasuredOptions(options), collecting(benchmarks, stop)).run();
        } catch (RunnerException e) {
            if (!stop.equals(e.getCause())) {
                throw e;
            }
            return new Plan(benchmarks, false); // JMH stops at the first benchmark that is not forked
        }
        return new Plan(
                benchmarks,
                !options.getWarmupMode().orElse(Defaults.WARMUP_MODE).isBulk());
    }

    private static OutputFormat collecting(List<BenchmarkParams> benchmarks, BenchmarkException stop) {
        OutputFormat silent = OutputFormatFactory.createFormatInstance(
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8), VerboseMode.SILENT);
        return (OutputFormat) Proxy.newProxyInstance(
                OutputFormat.class.getClassLoader(), new Class<?>[] {OutputFormat.class}, (proxy, method, args) -> {
                    if (method.getName().equals("startBenchmark")) {
                        benchmarks.add((BenchmarkParams) Arrays.asList(args).get(0));
                        throw stop;
                    }
                    try {
                        return method.invoke(silent, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
