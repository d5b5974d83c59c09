package org.diffusionjmh.cli;

import java.io.PrintWriter;
import java.util.HashSet;
import java.util.Set;
import org.diffusionjmh.pipeline.Warnings;

/** Prints each warning once, though every generation tells it again. */
final class WarningPrinter implements Warnings {
    private final PrintWriter err;
    private final Set<String> told = new HashSet<>();

    WarningPrinter(PrintWriter err) {
        this.err = err;
    }

    @Override
    public void warn(String message) {
        if (told.add(message)) {
            err.println("warning: " + message);
        }
    }
}
