package org.diffusionjmh.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.diffusionjmh.pipeline.StepListener;

/**
 * Shows the steps of a run: a bar that moves on a terminal, a line now and then in a log. A step is shown when it is submitted; on a GPU
 * it may not be done yet.
 */
final class StepProgress implements StepListener {
    private static final Path STDERR = Path.of("/proc/self/fd/2");
    private static final int WIDTH = 30;
    private static final int LOG_LINES = 4;

    private final String phase;
    private final PrintWriter err;
    private final boolean terminal;
    private final long start = System.nanoTime();

    StepProgress(String phase, PrintWriter err) {
        this(phase, err, isTerminal());
    }

    StepProgress(String phase, PrintWriter err, boolean terminal) {
        this.phase = phase;
        this.err = err;
        this.terminal = terminal;
    }

    /** Whether standard error is a terminal; no where the system does not tell. */
    private static boolean isTerminal() {
        try {
            String target = Files.readSymbolicLink(STDERR).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void onStep(DenoisingStep step) {
        int done = step.index() + 1;
        if (terminal) {
            int filled = WIDTH * done / step.count();
            err.print("\r" + line(done, step.count(), "[" + "=".repeat(filled) + " ".repeat(WIDTH - filled) + "] "));
            if (done == step.count()) {
                err.println();
            }
            err.flush();
        } else if (done == step.count() || done % Math.max(1, step.count() / LOG_LINES) == 0) {
            err.println(line(done, step.count(), ""));
            err.flush();
        }
    }

    private String line(int done, int count, String bar) {
        double seconds = (System.nanoTime() - start) / 1e9;
        return String.format(Locale.ROOT, "%s: %sstep %d of %d, %.1f s", phase, bar, done, count, seconds);
    }
}
