package org.diffusionjmh.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.diffusionjmh.report.compare.Speedup;
import org.diffusionjmh.report.compare.SpeedupSheet;
import org.diffusionjmh.report.result.Run;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what compilers gain, and when they have paid for themselves. */
@Command(
        name = "speedup",
        description = "Compares the compilers of one run with each other: time, cost of compiling, and after how many"
                + " images that has paid for itself. Several files count as one run.",
        sortOptions = false)
final class SpeedupCommand implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "CSV", description = "The run's results.")
    private List<Path> files = new ArrayList<>();

    @Option(
            names = "--baseline",
            paramLabel = "NAME",
            description = "The compiler to compare with. Default: ${DEFAULT-VALUE}",
            defaultValue = "none")
    private String baseline;

    @Option(
            names = "--param",
            paramLabel = "NAME",
            description = "The parameter to compare the values of. Default: ${DEFAULT-VALUE}",
            defaultValue = "compiler")
    private String parameter;

    @Mixin
    private SheetOutput output;

    @SuppressWarnings("unused") // picocli's
    @Option(names = "--help", usageHelp = true, description = "Shows this text.")
    private boolean help;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        output.check();
        List<Run> runs = new ArrayList<>();
        for (Path file : files) {
            runs.add(Run.read(file));
        }
        output.print(
                SpeedupSheet.of(Speedup.of(runs, parameter, baseline)),
                spec.commandLine().getOut());
        return ExitStatus.OK;
    }
}
