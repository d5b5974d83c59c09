package org.diffusionjmh.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.diffusionjmh.report.BenchmarkNames;
import org.diffusionjmh.report.ResultFiles;
import org.diffusionjmh.report.RunFiles;
import org.diffusionjmh.report.record.EnvironmentFile;
import org.diffusionjmh.report.record.ForkFailure;
import org.diffusionjmh.report.record.PictureTable;
import org.diffusionjmh.report.record.PreviousRun;
import org.diffusionjmh.report.record.Recording;
import org.diffusionjmh.report.record.RunSetup;
import org.diffusionjmh.report.record.SampleFile;
import org.diffusionjmh.report.result.Sample;
import org.diffusionjmh.report.run.MatrixRunner;
import org.diffusionjmh.report.run.Plan;
import org.diffusionjmh.report.run.RunTable;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.runner.Defaults;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.util.UnCloseablePrintStream;

/** One measurement, from the options to the files. */
final class BenchmarkRun {
    private final Options options;
    private final RecordingOptions recordingOptions;
    private final ResultFiles results;
    private final RunFiles files;
    private final PrintStream out;

    /**
     * @param results where JMH's files go
     * @param files where all other files go
     * @param out takes the table
     */
    BenchmarkRun(
            Options options, RecordingOptions recordingOptions, ResultFiles results, RunFiles files, PrintStream out) {
        this.options = options;
        this.recordingOptions = recordingOptions;
        this.results = results;
        this.files = files;
        this.out = out;
    }

    /**
     * Measures what is not measured yet.
     *
     * @return the failures
     * @throws RunnerException if JMH cannot run these options
     * @throws IOException if files cannot be read or written
     */
    List<ForkFailure> run(RunSetup setup) throws RunnerException, IOException {
        Plan plan = Plan.of(options);
        Optional<PreviousRun> previous =
                recordingOptions.resume().isPresent() ? Optional.of(PreviousRun.read(files)) : Optional.empty();
        EnvironmentFile environment =
                new EnvironmentFile(files.environment(), setup, previous.map(PreviousRun::environment));
        previous.ifPresent(run -> run.check(environment, plan.benchmarks()));
        Map<BenchmarkParams, PreviousRun.Kept> kept = kept(plan, previous);
        List<Sample> samples =
                kept.values().stream().flatMap(row -> row.samples().stream()).toList();
        try (PrintStream words = words();
                Recording recording =
                        new Recording(results, SampleFile.create(files.samples(), samples), environment)) {
            keep(kept, previous, recording);
            environment.write();
            measure(plan, kept, recording, words);
            finish(plan, recording);
            return environment.failures();
        }
    }

    private static Map<BenchmarkParams, PreviousRun.Kept> kept(Plan plan, Optional<PreviousRun> previous) {
        Map<BenchmarkParams, PreviousRun.Kept> kept = new HashMap<>();
        previous.ifPresent(run -> plan.benchmarks().forEach(benchmark -> kept.put(benchmark, run.kept(benchmark))));
        return kept;
    }

    private void keep(
            Map<BenchmarkParams, PreviousRun.Kept> kept, Optional<PreviousRun> previous, Recording recording) {
        kept.forEach((benchmark, row) -> {
            row.objection()
                    .ifPresent(reason ->
                            out.println("# Measured again: " + BenchmarkNames.describe(benchmark) + ": its " + reason));
            row.forks().forEach(fork -> recording.add(benchmark, fork));
            if (!row.forks().isEmpty()) {
                out.println("# Kept: " + BenchmarkNames.describe(benchmark) + ": "
                        + row.forks().size() + " of " + benchmark.getForks() + " forks");
                recording
                        .environment()
                        .addMarks(
                                benchmark, new TreeSet<>(previous.orElseThrow().marksOf(benchmark)));
            }
        });
    }

    private void measure(Plan plan, Map<BenchmarkParams, PreviousRun.Kept> kept, Recording recording, PrintStream words)
            throws RunnerException, IOException {
        OutputFormat text = OutputFormatFactory.createFormatInstance(
                words, options.verbosity().orElse(Defaults.VERBOSITY));
        MatrixRunner runner = new MatrixRunner(
                options, recordingOptions.forkLimit(), recordingOptions.profiling(files), recording, text);
        Thread onStop = new Thread(() -> stop(runner, recording), "keep-what-was-measured");
        Runtime.getRuntime().addShutdownHook(onStop);
        Map<BenchmarkParams, Set<Integer>> finished = new HashMap<>();
        kept.forEach((benchmark, row) ->
                finished.put(benchmark, row.samples().stream().map(Sample::fork).collect(Collectors.toSet())));
        runner.run(plan, finished);
        text.flush();
    }

    /** JMH's words go to the user's {@code -o} file, or to standard output. */
    private PrintStream words() throws IOException {
        return options.getOutput().hasValue()
                ? new PrintStream(
                        Files.newOutputStream(Path.of(options.getOutput().get())), true, Charset.defaultCharset())
                : new UnCloseablePrintStream(out, Charset.defaultCharset());
    }

    /** Ctrl-C: ends the forks, which in native code would not notice for long that nobody waits for them, and keeps what there is. */
    private static void stop(MatrixRunner runner, Recording recording) {
        runner.stop();
        ProcessHandle.current().children().forEach(ProcessHandle::destroy);
        try {
            recording.environment().stopEarly();
            recording.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void finish(Plan plan, Recording recording) throws IOException {
        boolean hasPictures = recordingOptions.profiling(files).pictures().isPresent()
                || recordingOptions.resume().isPresent();
        PictureTable pictures = hasPictures ? PictureTable.of(files, plan.benchmarks()) : PictureTable.empty();
        if (!pictures.rows().isEmpty()) {
            pictures.write(files.pictureTable());
        }
        recording.close();
        if (recording.results().isEmpty() && recording.environment().failures().isEmpty()) {
            return;
        }
        out.println();
        out.print(new RunTable(recording.results(), recording.environment(), pictures));
        List<Path> written = new ArrayList<>(recording.results().isEmpty() ? List.of() : results.paths());
        written.addAll(List.of(files.samples(), files.environment()));
        if (!pictures.rows().isEmpty()) {
            written.add(files.pictureTable());
        }
        written.forEach(file -> out.println("Results: " + file));
    }
}
