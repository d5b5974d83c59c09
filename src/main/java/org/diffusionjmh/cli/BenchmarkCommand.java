package org.diffusionjmh.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.diffusionjmh.report.FigureProfiler;
import org.diffusionjmh.report.ResultFiles;
import org.diffusionjmh.report.RunTable;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Defaults;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.ProfilersFailedException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.util.Optional;

/**
 * JMH's command line, with what it lacks: results are kept in a folder, a place that cannot be written to is refused before the run,
 * pipelines' figures are taken, and a failed benchmark makes the command fail.
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
            CommandLineOptions options = new CommandLineOptions(args);
            if (isQuestion(options)) {
                org.openjdk.jmh.Main.main(args);
                return ExitStatus.OK;
            }
            new BenchmarkParameters(options).check(args);
            return measure(options);
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

    private int measure(CommandLineOptions options) throws RunnerException, IOException {
        ResultFiles files = resultFiles(options);
        files.requireWritable();
        Runtime.getRuntime().addShutdownHook(new Thread(BenchmarkCommand::endForks));
        try (RunWatch watch = RunWatch.of(options, out)) {
            Collection<RunResult> results = new Runner(new Measured(options), watch.format()).run();
            if (!results.isEmpty()) {
                files.write(results);
                out.println();
                out.print(new RunTable(results));
                files.paths().forEach(file -> out.println("Results: " + file));
            }
            List<String> failed = watch.failed(results);
            failed.forEach(benchmark -> err.println("error: failed: " + benchmark));
            return failed.isEmpty() ? ExitStatus.OK : ExitStatus.FAILURE;
        }
    }

    /** Ends what this process has started: a fork in native code would not notice for long that nobody waits for it. */
    private static void endForks() {
        ProcessHandle.current().children().forEach(ProcessHandle::destroy);
    }

    private static ResultFiles resultFiles(CommandLineOptions options) {
        if (options.getResult().hasValue()) {
            return ResultFiles.single(
                    Path.of(options.getResult().get()),
                    options.getResultFormat().orElse(Defaults.RESULT_FORMAT));
        }
        Set<ResultFormatType> formats = new LinkedHashSet<>(List.of(ResultFormatType.CSV, ResultFormatType.JSON));
        if (options.getResultFormat().hasValue()) {
            formats.add(options.getResultFormat().get());
        }
        String name = STAMP.format(Instant.now()) + "-" + new BenchmarkParameters(options).hardware();
        return ResultFiles.named(FOLDER, name, formats);
    }

    /** The user's options for a run that writes no file itself and takes the figures. */
    private static final class Measured extends OptionsBuilder {
        private static final long serialVersionUID = 1L;

        Measured(CommandLineOptions options) {
            parent(options);
            addProfiler(FigureProfiler.class);
        }

        @Override
        public Optional<String> getResult() {
            return Optional.none();
        }

        @Override
        public Optional<ResultFormatType> getResultFormat() {
            return Optional.none();
        }
    }
}
