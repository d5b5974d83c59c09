package org.diffusionjmh.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.diffusionjmh.report.ResultFiles;
import org.diffusionjmh.report.RunFiles;
import org.diffusionjmh.report.record.CommandText;
import org.diffusionjmh.report.record.ForkFailure;
import org.diffusionjmh.report.record.RunSetup;
import org.diffusionjmh.report.run.JmhLock;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Defaults;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.ProfilersFailedException;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/**
 * JMH's command line, with what it lacks: results are kept in a folder, with all iterations and the environment beside them; a place that
 * cannot be written to is refused before the run; what was measured is kept whatever happens; and a failed fork makes the command fail.
 */
final class BenchmarkCommand {
    private static final Path FOLDER = Path.of("benchmarks-results");
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

    private final PrintStream out;
    private final PrintStream err;

    BenchmarkCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Runs the command and returns its exit status. */
    int run(String... args) {
        try {
            RecordingOptions recording = RecordingOptions.parse(args);
            CommandLineOptions options = new CommandLineOptions(recording.others());
            if (isQuestion(options)) {
                org.openjdk.jmh.Main.main(recording.others());
                if (options.shouldHelp()) {
                    out.println("Beside JMH's options:");
                    out.print(RecordingOptions.help());
                }
                return ExitStatus.OK;
            }
            new BenchmarkParameters(options).check(recording.others());
            return measure(options, recording, args);
        } catch (CommandLineOptionException e) {
            return misuse(e.getMessage() + "; -h lists the options");
        } catch (NoBenchmarksException e) {
            return misuse("no benchmark matches; -l lists the benchmarks, help the commands");
        } catch (ProfilersFailedException e) {
            return misuse("cannot use a profiler: " + e.getCause().getMessage() + "; -lprof lists them");
        } catch (RunnerException e) {
            err.println("error: " + e.getMessage());
            return ExitStatus.FAILURE;
        } catch (Exception e) {
            return ExitStatus.report(e, new PrintWriter(err, true, StandardCharsets.UTF_8));
        }
    }

    private int misuse(String message) {
        err.println("error: " + message);
        return ExitStatus.MISUSE;
    }

    /** Whether nothing is to be measured. */
    private static boolean isQuestion(CommandLineOptions options) {
        return options.shouldHelp()
                || options.shouldList()
                || options.shouldListWithParams()
                || options.shouldListProfilers()
                || options.shouldListResultFormats();
    }

    private int measure(CommandLineOptions options, RecordingOptions recording, String... args)
            throws RunnerException, IOException {
        BenchmarkParameters parameters = new BenchmarkParameters(options);
        String machine = parameters.hardware();
        ResultFiles results = resultFiles(options, recording, machine);
        results.requireWritable();
        RunFiles files = new RunFiles(results.paths().get(0));
        RunSetup setup = new RunSetup(
                machine, parameters.gpuNumber(), program(), RootCommand.Version.ofProject(), CommandText.of(args));
        JmhLock lock = JmhLock.acquire();
        try {
            List<ForkFailure> failures = new BenchmarkRun(options, recording, results, files, out).run(setup);
            failures.forEach(failure -> err.println("error: failed: " + failure));
            return failures.isEmpty() ? ExitStatus.OK : ExitStatus.FAILURE;
        } finally {
            lock.release();
        }
    }

    /** The jar, or the folder of the classes. */
    private static Path program() {
        try {
            return Path.of(BenchmarkCommand.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the program's own place is no path", e);
        }
    }

    /** JMH's JSON is always among them: a run is resumed from it. */
    private static ResultFiles resultFiles(CommandLineOptions options, RecordingOptions recording, String machine) {
        ResultFormatType asked = options.getResultFormat().orElse(Defaults.RESULT_FORMAT);
        Set<ResultFormatType> formats = new LinkedHashSet<>(List.of(ResultFormatType.CSV, ResultFormatType.JSON));
        formats.add(asked);
        if (recording.resume().isPresent()) {
            if (options.getResult().hasValue()) {
                throw new IllegalArgumentException("-rff and --resume both say where results go; give one of them");
            }
            RunFiles files = new RunFiles(recording.resume().get());
            return ResultFiles.named(files.folder(), files.name(), formats);
        }
        if (options.getResult().hasValue()) {
            Path file = Path.of(options.getResult().get());
            return ResultFiles.single(file, asked).withJson(new RunFiles(file).json());
        }
        return ResultFiles.named(FOLDER, STAMP.format(Instant.now()) + "-" + machine, formats);
    }
}
