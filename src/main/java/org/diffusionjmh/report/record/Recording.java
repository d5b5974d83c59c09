package org.diffusionjmh.report.record;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.diffusionjmh.report.ResultFiles;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;

/**
 * A run as it is recorded: iterations as they end, results and environment whenever a fork has ended. Safe for use by several threads: a
 * run that is stopped is finished by another one.
 */
public final class Recording implements AutoCloseable {
    private final ResultFiles results;
    private final SampleFile samples;
    private final EnvironmentFile environment;
    private final Map<BenchmarkParams, List<BenchmarkResult>> forks = new TreeMap<>();

    private boolean closed;

    /**
     * @param results where JMH's files go
     * @param samples where the iterations go; closed with this
     * @param environment where all else goes
     */
    public Recording(ResultFiles results, SampleFile samples, EnvironmentFile environment) {
        this.results = results;
        this.samples = samples;
        this.environment = environment;
    }

    public EnvironmentFile environment() {
        return environment;
    }

    /** Adds an iteration that has ended; see {@link SampleFile#add}. */
    public void add(BenchmarkParams benchmark, int fork, IterationParams phase, int iteration, IterationResult result)
            throws IOException {
        samples.add(benchmark, fork, phase, iteration, result);
    }

    /** Adds a fork that has ended with results. */
    public synchronized void add(BenchmarkParams benchmark, BenchmarkResult fork) {
        List<BenchmarkResult> earlier = forks.computeIfAbsent(benchmark, key -> new ArrayList<>());
        earlier.add(earlier.isEmpty() ? fork : ReadResults.alike(fork, earlier.get(0)));
    }

    /** The results so far, in JMH's order. */
    public synchronized List<RunResult> results() {
        return forks.entrySet().stream()
                .map(entry -> new RunResult(entry.getKey(), List.copyOf(entry.getValue())))
                .toList();
    }

    /** The result of one benchmark's forks so far. */
    public synchronized RunResult result(BenchmarkParams benchmark) {
        return new RunResult(benchmark, List.copyOf(forks.getOrDefault(benchmark, List.of())));
    }

    /**
     * Writes JMH's files and the environment as they are now.
     *
     * @throws IOException if one cannot be written
     */
    public synchronized void save() throws IOException {
        if (closed) {
            return;
        }
        saveResults();
        environment.write();
    }

    private void saveResults() throws IOException {
        Collection<RunResult> all = results();
        if (!all.isEmpty()) {
            results.write(all);
        }
    }

    /**
     * Writes all for the last time.
     *
     * @throws IOException if a file cannot be written
     */
    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        saveResults();
        environment.finish();
        samples.close();
    }
}
