package org.diffusionjmh.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.diffusionjmh.report.WritableFolders;
import org.diffusionjmh.report.html.ReportPage;
import org.diffusionjmh.report.result.Run;
import org.diffusionjmh.report.result.RunFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows results in a browser. */
@Command(
        name = "report",
        description = {
            "Writes results as one HTML page that needs nothing else: tables, charts, pictures, environment.",
            "",
            "Beside a run's CSV, its samples, pictures and environment are shown if they are there. What is broken is"
                    + " left out with a warning, here and in the page."
        },
        sortOptions = false)
final class ReportCommand implements Callable<Integer> {
    @Parameters(arity = "0..*", paramLabel = "CSV", description = "Results of runs, to be shown in full.")
    private List<Path> files = new ArrayList<>();

    @Option(
            names = "--history",
            paramLabel = "DIR",
            description = "Folder of results, to be shown over time and commits.")
    private Optional<Path> history;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "The page. Default: ${DEFAULT-VALUE}",
            defaultValue = "report.html")
    private Path output;

    @SuppressWarnings("unused") // picocli's
    @Option(names = "--help", usageHelp = true, description = "Shows this text.")
    private boolean help;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (files.isEmpty() && history.isEmpty()) {
            throw new IllegalArgumentException("want one or more CSVs of results, or --history with a folder of them");
        }
        WritableFolders.require(output);
        List<Run> runs = new ArrayList<>();
        for (Path file : files) {
            if (!Files.exists(file)) {
                throw new NoSuchFileException(file.toString());
            }
            runs.add(Run.salvage(file));
        }
        List<Run> earlier = history.isPresent() ? history(history.get()) : List.of();
        Stream.concat(runs.stream(), earlier.stream())
                .flatMap(run -> run.warnings().stream())
                .distinct()
                .forEach(warning -> spec.commandLine().getErr().println("warning: " + warning));
        Files.writeString(output, ReportPage.of(runs, earlier));
        spec.commandLine().getOut().println("Report: " + output);
        return ExitStatus.OK;
    }

    private static List<Run> history(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException("--history: " + folder + " is no folder");
        }
        List<Path> results = RunFolder.results(folder);
        if (results.isEmpty()) {
            throw new IllegalArgumentException("--history: there are no CSVs of results in " + folder);
        }
        return results.stream().map(Run::salvage).toList();
    }
}
