package org.diffusionjmh.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diffusionjmh.report.RunFiles;
import org.diffusionjmh.report.run.ForkLimit;
import org.diffusionjmh.report.run.Profiling;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options of a measurement that JMH does not have. All are long, and JMH's are short, so nothing is taken for something else. */
@Command(name = "", sortOptions = false)
final class RecordingOptions {
    @Option(
            names = "--fork-timeout",
            paramLabel = "TIME",
            converter = Time.class,
            description = "Kill a fork in which no iteration ends for so long: 90s, 15m, 2h. Default: JMH's time-out"
                    + " (-to) and a minute for the first iteration, which compiles; then ten times what the longest one"
                    + " took, and no less than a minute.")
    private Optional<Duration> forkTimeout = Optional.empty();

    @Option(
            names = "--resume",
            paramLabel = "NAME.csv",
            description = "Go on with the run that these results are of: what was measured with the same settings is"
                    + " kept, the rest is measured. Give the options of that run again.")
    private Optional<Path> resume = Optional.empty();

    @Option(
            names = "--keep-pictures",
            description = "Keep each benchmark's last picture in NAME.pictures/, and compare it with that of the"
                    + " compiler none.")
    private boolean keepPictures;

    @Option(
            names = "--no-figures",
            description =
                    "Take nothing but the time: no memory, energy, utilization, rates, costs of loading and compiling.")
    private boolean noFigures;

    private List<String> others = List.of();

    private static final class Time implements ITypeConverter<Duration> {
        private static final Pattern TIME = Pattern.compile("(\\d{1,9})(s|m|h)");

        @Override
        public Duration convert(String text) {
            Matcher time = TIME.matcher(text);
            if (!time.matches() || Integer.parseInt(time.group(1)) == 0) {
                throw new TypeConversionException("'" + text + "' is no time; want 90s, 15m or 2h, for example");
            }
            long count = Long.parseLong(time.group(1));
            return switch (time.group(2)) {
                case "s" -> Duration.ofSeconds(count);
                case "m" -> Duration.ofMinutes(count);
                default -> Duration.ofHours(count);
            };
        }
    }

    /**
     * Takes these options out of a command line.
     *
     * @throws IllegalArgumentException if one lacks its value or has a wrong one
     */
    static RecordingOptions parse(String... args) {
        RecordingOptions options = new RecordingOptions();
        CommandLine parser = commandLine(options);
        try {
            options.others = parser.parseArgs(args).unmatched();
            return options;
        } catch (CommandLine.ParameterException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static CommandLine commandLine(RecordingOptions options) {
        return new CommandLine(options)
                .setUnmatchedArgumentsAllowed(true)
                .setPosixClusteredShortOptionsAllowed(false)
                .setExpandAtFiles(false);
    }

    /** What the options are, for people. */
    static String help() {
        return commandLine(new RecordingOptions()).getHelp().optionList();
    }

    /** The arguments that are left: JMH's. */
    String[] others() {
        return others.toArray(String[]::new);
    }

    ForkLimit forkLimit() {
        return new ForkLimit(forkTimeout);
    }

    Optional<Path> resume() {
        return resume;
    }

    /**
     * What is taken beside the scores.
     *
     * @param files of the run
     */
    Profiling profiling(RunFiles files) {
        return new Profiling(!noFigures, keepPictures ? Optional.of(files.pictures()) : Optional.empty());
    }
}
