package org.diffusionjmh.cli;

import java.util.Locale;
import java.util.Set;
import picocli.CommandLine;

/** Entry point of the jar: a subcommand if the first argument names one, JMH otherwise. */
public final class Main {
    private static final Set<String> SUBCOMMANDS =
            Set.of("generate", "snapshot", "diff", "speedup", "report", "doctor", "help", "--help", "--version");

    private Main() {}

    /** Runs a command and exits with its status: 0, 1 for a failure, 2 for a mistake of the caller. */
    public static void main(String[] args) {
        // JMH formats the numbers of its files in the default locale: a decimal comma would break them.
        Locale.setDefault(Locale.ROOT);
        System.exit(run(args));
    }

    static int run(String... args) {
        return args.length > 0 && SUBCOMMANDS.contains(args[0])
                ? commandLine().execute(args)
                : new BenchmarkCommand(System.out, System.err).run(args);
    }

    static CommandLine commandLine() {
        return new CommandLine(new RootCommand())
                .setParameterExceptionHandler((e, args) -> {
                    String command = e.getCommandLine().getCommandSpec().qualifiedName();
                    e.getCommandLine().getErr().println("error: " + e.getMessage() + "; see " + command + " --help");
                    return ExitStatus.MISUSE;
                })
                .setExecutionExceptionHandler((e, command, parsed) -> ExitStatus.report(e, command.getErr()));
    }
}
