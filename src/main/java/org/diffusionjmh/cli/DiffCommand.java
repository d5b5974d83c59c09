package org.diffusionjmh.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.diffusionjmh.report.compare.Diff;
import org.diffusionjmh.report.compare.DiffSheet;
import org.diffusionjmh.report.compare.RowDiff;
import org.diffusionjmh.report.result.Run;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what changed between results. */
@Command(
        name = "diff",
        description = {
            "Compares results: JMH's CSV of any project; better with the samples beside it, as runs of this jar leave them.",
            "",
            "Rows are matched by benchmark, mode and parameters. The medians of the forks are compared by the exact"
                    + " Mann-Whitney test at 5 %%, from 4 forks a side on; with fewer, the iterations, or JMH's scores and"
                    + " errors, and a note says so. Scores are the median of the forks' medians where there are samples."
        },
        footer = {
            "",
            "Exit status: 0, 1 for a regression with --fail-on-regression, 2 for a file that is missing or malformed."
        },
        sortOptions = false)
final class DiffCommand implements Callable<Integer> {
    @Parameters(arity = "0..2", paramLabel = "CSV", description = "The old and the new results.")
    private List<Path> files = new ArrayList<>();

    @Option(names = "--old", arity = "1..*", paramLabel = "CSV", description = "Old results; several count as one run.")
    private List<Path> oldFiles = new ArrayList<>();

    @Option(names = "--new", arity = "1..*", paramLabel = "CSV", description = "New results; several count as one run.")
    private List<Path> newFiles = new ArrayList<>();

    @Option(
            names = "--threshold",
            paramLabel = "PERCENT",
            description = "How much slower a score may be before it is a regression. Default: ${DEFAULT-VALUE}",
            defaultValue = "0%")
    private String threshold;

    @Option(
            names = "--fail-on-regression",
            description = "Exits with 1 if a score is significantly slower, by more than the threshold.")
    private boolean failOnRegression;

    @Mixin
    private SheetOutput output;

    @SuppressWarnings("unused") // picocli's
    @Option(names = "--help", usageHelp = true, description = "Shows this text.")
    private boolean help;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        double part = Percentage.parse("--threshold", threshold);
        output.check();
        Diff diff = diff();
        output.print(DiffSheet.of(diff), spec.commandLine().getOut());
        if (!failOnRegression) {
            return ExitStatus.OK;
        }
        List<RowDiff> regressions = diff.regressions(part);
        regressions.forEach(row ->
                spec.commandLine().getErr().println("error: slower by more than " + threshold + ": " + row.key()));
        return regressions.isEmpty() ? ExitStatus.OK : ExitStatus.FAILURE;
    }

    private Diff diff() throws IOException {
        boolean named = !oldFiles.isEmpty() || !newFiles.isEmpty();
        if (named ? !files.isEmpty() || oldFiles.isEmpty() || newFiles.isEmpty() : files.size() != 2) {
            throw new IllegalArgumentException("want two files, old and new, or --old and --new with one or more each");
        }
        return named
                ? Diff.of(read(oldFiles), read(newFiles))
                : Diff.of(read(files.subList(0, 1)), read(files.subList(1, 2)));
    }

    private static List<Run> read(List<Path> files) throws IOException {
        List<Run> runs = new ArrayList<>();
        for (Path file : files) {
            runs.add(Run.read(file));
        }
        return runs;
    }
}
