package org.diffusionjmh.cli;

import org.diffusionjmh.cli.doctor.DoctorCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** Parent of the subcommands. */
@Command(
        name = "benchmarks.jar",
        versionProvider = RootCommand.Version.class,
        mixinStandardHelpOptions = true,
        description = {
            "Diffusion pipelines on the JVM, compiled and measured with JMH.",
            "",
            "Without a subcommand the arguments are JMH's: a regular expression that picks benchmarks, and options;"
                    + " -h lists them, -l lists the benchmarks, -lp their parameters.",
            "  java -jar benchmarks.jar RealVisXl -p resolution=512,1024 -p compiler=none",
            "",
            "Results go to benchmarks-results/ unless -rff names a file."
        },
        footer = {"", "An error is one line; -Ddiffusionjmh.stacktrace=true before -jar shows where it comes from."},
        subcommands = {
            GenerateCommand.class,
            SnapshotCommand.class,
            DiffCommand.class,
            SpeedupCommand.class,
            ReportCommand.class,
            DoctorCommand.class,
            HelpCommand.class
        })
final class RootCommand {
    /** The version in the jar's manifest. */
    static final class Version implements picocli.CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"diffusion-jmh " + ofProject()};
        }

        static String ofProject() {
            String version = Main.class.getPackage().getImplementationVersion();
            return version == null ? "(not packaged)" : version;
        }
    }
}
