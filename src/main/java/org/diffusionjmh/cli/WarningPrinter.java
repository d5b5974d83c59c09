package org.diffusionjmh.cli;

import java.io.PrintWriter;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.diffusionjmh.compiler.CacheTally;
import org.diffusionjmh.compiler.CompilerLog;
import org.diffusionjmh.pass.PassReport;
import org.diffusionjmh.pipeline.Warnings;

/** Prints each warning once, though every generation tells it again, keeps what the compiler explains, and counts what it found compiled. */
final class WarningPrinter implements Warnings {
    private final PrintWriter err;
    private final Explanation explanation;
    private final CacheTally cache;
    private final Set<String> told = new HashSet<>();

    WarningPrinter(PrintWriter err, Explanation explanation, CacheTally cache) {
        this.err = err;
        this.explanation = explanation;
        this.cache = cache;
    }

    @Override
    public void warn(String message) {
        if (told.add(message)) {
            err.println("warning: " + message);
        }
    }

    @Override
    public CompilerLog ofCompiler() {
        return new CompilerLog() {
            @Override
            public void warn(String message) {
                WarningPrinter.this.warn(message);
            }

            @Override
            public void needed(String kind, boolean found) {
                cache.add(found);
            }

            @Override
            public void rewritten(String network, List<PassReport> reports) {
                explanation.add(network, reports);
            }
        };
    }
}
