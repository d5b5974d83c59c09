package org.diffusionjmh.report.run;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diffusionjmh.report.BenchmarkNames;
import org.diffusionjmh.report.record.ForkFailure;
import org.diffusionjmh.report.record.ForkSymptoms;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.runner.format.OutputFormat;

/**
 * Listens to what JMH says during one of its runs, and passes it on as if that run were part of a larger one. It is the only place where
 * JMH tells of warm-up iterations and of what went wrong, and that only in words.
 */
final class ForkOutput {
    private static final Pattern FORK = Pattern.compile("# Fork: (\\d+) of \\d+");
    private static final Pattern EXIT = Pattern.compile("<forked VM failed with exit code (\\d+)>");

    /** Exit codes after SIGINT and SIGTERM. */
    private static final Set<Integer> SIGNALS = Set.of(128 + 2, 128 + 15);

    private static final String FAILURE = "<failure>";

    /** Takes the iterations. */
    interface Listener {
        /** An iteration of the benchmark that is measured has ended. */
        void iterationEnded(
                BenchmarkParams benchmark, int fork, IterationParams phase, int iteration, IterationResult result)
                throws Exception;
    }

    private final OutputFormat text;
    private final Optional<ForkTask> task;
    private final Progress progress;
    private final Supplier<Optional<String>> killed;
    private final Listener listener;
    private final List<String> exceptions = new ArrayList<>();
    private final List<String> lastLines = new ArrayList<>();
    private final List<ForkFailure> failures = new ArrayList<>();
    private final PrintedReasons reasons = new PrintedReasons();

    private BenchmarkParams benchmark;
    private int fork = 1;
    private boolean warmupFork;
    private boolean failing;
    private boolean blank;
    private OptionalInt exitCode = OptionalInt.empty();

    /**
     * @param text what JMH's words are for
     * @param task the fork that is run; empty if JMH runs all by itself
     * @param progress of the larger run
     * @param killed why the fork that has just ended was killed; empty if it was not
     */
    ForkOutput(
            OutputFormat text,
            Optional<ForkTask> task,
            Progress progress,
            Supplier<Optional<String>> killed,
            Listener listener) {
        this.text = text;
        this.task = task;
        this.progress = progress;
        this.killed = killed;
        this.listener = listener;
    }

    /** What the run is to report to. A proxy, so that methods added to the interface go through. */
    OutputFormat format() {
        return (OutputFormat) Proxy.newProxyInstance(
                OutputFormat.class.getClassLoader(), new Class<?>[] {OutputFormat.class}, (proxy, method, args) -> {
                    synchronized (this) { // JMH's own thread, and those that drain the fork's output
                        return hear(method, args);
                    }
                });
    }

    private Object hear(Method method, Object[] args) throws Throwable {
        switch (method.getName()) {
            case "startBenchmark" -> start((BenchmarkParams) args[0]);
            case "iterationResult" -> {
                end((BenchmarkParams) args[0], (IterationParams) args[1], (int) args[2], (IterationResult) args[3]);
                forward(method, args);
            }
            case "println" -> translated((String) args[0]).ifPresent(this::say);
            case "print" -> {
                lastLines.add((String) args[0]);
                forward(method, args);
            }
            case "write" -> {
                reasons.hear(args[0] instanceof byte[] bytes ? bytes : new byte[] {(byte) (int) args[0]});
                forward(method, args);
            }
            case "startRun", "endRun", "close" -> {} // the larger run's
            case "endBenchmark" -> {
                if (task.isEmpty()) {
                    forward(method, args);
                }
            }
            default -> {
                return forward(method, args);
            }
        }
        return null;
    }

    private Object forward(Method method, Object... args) throws Throwable {
        sayBlank();
        try {
            return method.invoke(text, args);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private void start(BenchmarkParams started) {
        tellFailure();
        benchmark = task.map(ForkTask::benchmark).orElse(started);
        if (task.isEmpty() || task.get().first()) {
            text.startBenchmark(benchmark);
        }
    }

    /** With {@code -wmb} and in bulk, benchmarks are warmed up that this fork does not measure. */
    private void end(BenchmarkParams of, IterationParams phase, int iteration, IterationResult result)
            throws Exception {
        boolean measured = of.getBenchmark().equals(benchmark.getBenchmark())
                && BenchmarkNames.parameters(of).equals(BenchmarkNames.parameters(benchmark));
        if (measured && !warmupFork) {
            listener.iterationEnded(benchmark, task.map(ForkTask::fork).orElse(fork), phase, iteration, result);
        }
    }

    private void say(String line) {
        sayBlank();
        text.println(line);
    }

    private void sayBlank() {
        if (blank) {
            blank = false;
            text.println("");
        }
    }

    /** What a line is in the larger run; empty if it is nothing there, or kept for the end. */
    private Optional<String> translated(String line) {
        Matcher forkLine = FORK.matcher(line);
        Matcher exitLine = EXIT.matcher(line);
        if (line.equals(FAILURE)) {
            failing = true;
        } else if (exitLine.matches()) {
            failing = false;
            exitCode = OptionalInt.of(Integer.parseInt(exitLine.group(1)));
            lastLines.add(line);
        } else if (line.isBlank()) {
            blank = true; // said with the next line: where one run ends and another begins there would be many
        } else if (failing) {
            exceptions.add(reasons.addedTo(line));
        } else if (exitCode.isPresent()) {
            lastLines.add(line);
        } else if (forkLine.matches()) {
            warmupFork = false;
            fork = Integer.parseInt(forkLine.group(1));
            return task.map(of ->
                            "# Fork: " + of.fork() + " of " + of.benchmark().getForks())
                    .or(() -> Optional.of(line));
        } else if (line.startsWith("# Run progress: ")) {
            return Optional.of(task.isPresent() ? progress.toString() : line);
        } else if (!line.startsWith("# Run complete. ") && !line.startsWith("# WARNING: JMH lock is ignored")) {
            warmupFork |= line.startsWith("# Warmup Fork: ");
            return Optional.of(line);
        }
        return Optional.empty();
    }

    /** Whether the fork was told to end, as by Ctrl-C. */
    synchronized boolean endedBySignal() {
        return exitCode.isPresent() && SIGNALS.contains(exitCode.getAsInt());
    }

    /**
     * The failures so far, told to the user, once the run is over.
     *
     * @param silent whether the benchmark has no result although nothing was said
     */
    synchronized List<ForkFailure> failures(boolean silent) {
        if (silent && exceptions.isEmpty() && exitCode.isEmpty()) {
            exitCode = OptionalInt.of(0);
        }
        tellFailure();
        return List.copyOf(failures);
    }

    private void tellFailure() {
        Optional<String> reason = killed.get();
        if (reason.isPresent() || !exceptions.isEmpty() || exitCode.isPresent()) {
            ForkSymptoms symptoms = new ForkSymptoms(reason, exceptions, exitCode, lastLines);
            ForkFailure failure = new ForkFailure(
                    benchmark, task.map(ForkTask::fork).orElse(fork), symptoms.kind(), symptoms.reason());
            say("");
            switch (failure.kind()) {
                case ERROR -> exceptions.forEach(this::say);
                case CRASHED -> lastLines.forEach(this::say);
                case OOM, TIMED_OUT -> {} // nobody's mistake that a stack would show
            }
            say("# Failed: " + failure.kind().label() + ": " + failure.reason());
            blank = true;
            failures.add(failure);
        }
        exceptions.clear();
        lastLines.clear();
        exitCode = OptionalInt.empty();
        failing = false;
    }
}
