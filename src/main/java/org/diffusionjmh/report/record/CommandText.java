package org.diffusionjmh.report.record;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** This process's command line, as a shell takes it. */
public final class CommandText {
    private CommandText() {}

    /**
     * The command line.
     *
     * @param arguments of the main method, for systems that do not tell the whole
     */
    public static String of(String... arguments) {
        ProcessHandle.Info process = ProcessHandle.current().info();
        List<String> words = new ArrayList<>();
        if (process.command().isPresent() && process.arguments().isPresent()) {
            words.add(
                    Path.of(process.command().get()).getFileName().toString()); // where a JVM lies is the machine's own
            words.addAll(Arrays.asList(process.arguments().get()));
        } else {
            words.addAll(List.of("java", "-jar", "benchmarks.jar"));
            words.addAll(Arrays.asList(arguments));
        }
        return words.stream().map(CommandText::quoted).collect(Collectors.joining(" "));
    }

    static String quoted(String word) {
        return word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
