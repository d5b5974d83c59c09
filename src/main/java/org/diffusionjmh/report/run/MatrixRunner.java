package org.diffusionjmh.report.run;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.diffusionjmh.report.record.ForkFailure;
import org.diffusionjmh.report.record.Recording;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Defaults;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.options.Options;

/** Runs a plan. A fork that fails takes nothing with it but itself. */
public final class MatrixRunner {
    /** How long to see whether a signal that ended a fork was for this process too. */
    private static final long SIGNAL_MILLIS = 1000;

    private final Options options;
    private final ForkLimit limit;
    private final Profiling profiling;
    private final Recording recording;
    private final OutputFormat text;
    private final Map<BenchmarkParams, Duration> longest = new HashMap<>();

    private volatile boolean stopped;

    /**
     * @param options the user's
     * @param limit when a fork counts as hung
     * @param profiling what is taken beside the scores
     * @param recording takes what is measured
     * @param text takes JMH's words
     */
    public MatrixRunner(Options options, ForkLimit limit, Profiling profiling, Recording recording, OutputFormat text) {
        this.options = options;
        this.limit = limit;
        this.profiling = profiling;
        this.recording = recording;
        this.text = text;
    }

    /**
     * Runs the plan.
     *
     * @param finished numbers of the forks that have been measured before, by benchmark
     * @throws RunnerException if JMH cannot run at all
     * @throws IOException if something cannot be recorded
     */
    public void run(Plan plan, Map<BenchmarkParams, Set<Integer>> finished) throws RunnerException, IOException {
        if (plan.forkByFork()) {
            runForks(plan.benchmarks(), finished);
        } else {
            runAtOnce(plan.benchmarks());
        }
        if (!stopped) {
            text.endRun(recording.results());
        }
    }

    /** Starts nothing more, and takes what fails from now on for a consequence. */
    public void stop() {
        stopped = true;
    }

    private void runForks(List<BenchmarkParams> benchmarks, Map<BenchmarkParams, Set<Integer>> finished)
            throws RunnerException, IOException {
        Progress progress = new Progress(benchmarks.stream()
                .mapToInt(benchmark -> missing(benchmark, finished).size())
                .sum());
        for (BenchmarkParams benchmark : benchmarks) {
            List<Integer> missing = missing(benchmark, finished);
            for (int i = 0; i < missing.size() && !stopped; i++) {
                Optional<ForkFailure> failure = runFork(new ForkTask(benchmark, missing.get(i), i == 0), progress);
                if (failure.isPresent() && isFailOnError()) {
                    return;
                }
                if (failure.filter(found -> found.kind().isCertainToRepeat()).isPresent()) {
                    progress.done(missing.size() - i);
                    break;
                }
                progress.done(1);
            }
            if (!missing.isEmpty() && !stopped) {
                text.endBenchmark(recording.result(benchmark).getAggregatedResult());
            }
        }
    }

    /** Numbers of the forks that are still to be run. */
    private static List<Integer> missing(BenchmarkParams benchmark, Map<BenchmarkParams, Set<Integer>> finished) {
        Set<Integer> done = finished.getOrDefault(benchmark, Set.of());
        Set<Integer> missing = new TreeSet<>();
        for (int fork = 1; missing.size() + done.size() < benchmark.getForks(); fork++) {
            if (!done.contains(fork)) {
                missing.add(fork);
            }
        }
        return List.copyOf(missing);
    }

    private boolean isFailOnError() {
        return options.shouldFailOnError().orElse(Defaults.FAIL_ON_ERROR);
    }

    private Optional<ForkFailure> runFork(ForkTask task, Progress progress) throws RunnerException, IOException {
        BenchmarkParams benchmark = task.benchmark();
        List<ForkFailure> failures;
        Collection<RunResult> results;
        try (ForkNotes notes = new ForkNotes();
                ForkWatchdog watchdog = new ForkWatchdog(
                        soFar -> limit.next(benchmark, soFar), Optional.ofNullable(longest.get(benchmark)))) {
            ForkOutput output =
                    new ForkOutput(text, Optional.of(task), progress, watchdog::takeKilled, recorded(watchdog, notes));
            MeasuredOptions forkOptions = new MeasuredOptions.OfFork(options, benchmark, task.first());
            results = new Runner(forkOptions.with(profiling, notes.file()), output.format()).run();
            if (isStopped(output)) {
                return Optional.empty();
            }
            failures = output.failures(results.isEmpty());
            watchdog.longest().ifPresent(time -> longest.put(benchmark, time));
            recording.environment().add(benchmark, notes.read());
        }
        if (failures.isEmpty()) {
            results.forEach(result ->
                    result.getBenchmarkResults().forEach(fork -> recording.add(benchmark, of(benchmark, fork))));
        }
        failures.forEach(recording.environment()::add);
        recording.save();
        return failures.stream().findFirst();
    }

    private ForkOutput.Listener recorded(ForkWatchdog watchdog, ForkNotes notes) {
        return (benchmark, fork, phase, iteration, result) -> {
            recording.add(benchmark, fork, phase, iteration, result);
            watchdog.progress();
            if (iteration == 1) { // should the fork not come to its end, its samples are marked all the same
                recording.environment().add(benchmark, notes.read());
                recording.environment().write();
            }
        };
    }

    /** A fork's result, as one of the benchmark as it was planned: JMH knows it as one with one fork and one value per parameter. */
    private static BenchmarkResult of(BenchmarkParams benchmark, BenchmarkResult fork) {
        BenchmarkResult result = new BenchmarkResult(benchmark, fork.getIterationResults(), fork.getMetadata());
        fork.getBenchmarkResults().values().forEach(result::addBenchmarkResult);
        return result;
    }

    /** All in one run of JMH's, which loses the forks of a benchmark with its first failure. */
    private void runAtOnce(List<BenchmarkParams> benchmarks) throws RunnerException, IOException {
        try (ForkNotes notes = new ForkNotes();
                ForkWatchdog watchdog =
                        new ForkWatchdog(soFar -> limit.next(benchmarks.get(0), soFar), Optional.empty())) {
            ForkOutput output = new ForkOutput(
                    text, Optional.empty(), new Progress(1), watchdog::takeKilled, recorded(watchdog, notes));
            MeasuredOptions measured = new MeasuredOptions(options).with(profiling, notes.file());
            Collection<RunResult> results = new Runner(measured, output.format()).run();
            List<ForkFailure> failures = output.failures(false);
            Set<BenchmarkParams> failed =
                    failures.stream().map(ForkFailure::benchmark).collect(Collectors.toSet());
            for (RunResult result : results) {
                if (!failed.contains(result.getParams())) {
                    result.getBenchmarkResults().forEach(fork -> recording.add(result.getParams(), fork));
                }
                recording.environment().add(result.getParams(), notes.read());
            }
            failures.forEach(recording.environment()::add);
            recording.save();
        }
    }

    /** Ctrl-C goes to the forks too, and they may be faster to end. */
    private boolean isStopped(ForkOutput output) {
        if (output.endedBySignal() && !stopped) {
            try {
                TimeUnit.MILLISECONDS.sleep(SIGNAL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return stopped;
    }
}
