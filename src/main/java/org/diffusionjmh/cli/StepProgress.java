package org.diffusionjmh.cli;

import java.io.PrintWriter;
import java.util.Locale;
import org.diffusionjmh.pipeline.StepListener;

/**
 * Shows the steps of a run: a bar that moves on a terminal, a line now and then in a log. A step is shown when it is submitted; on a GPU
 * it may not be done yet.
 */
final class StepProgress implements StepListener {
    private static final int WIDTH = 30;
    private static final int LOG_LINES = 4;

    private final String phase;
    private final PrintWriter err;
    private final boolean terminal;
    private final long start = System.nanoTime();

    StepProgress(String phase, PrintWriter err) {
        this(phase, err, Terminal.isStandardError());
    }

    StepProgress(String phase, PrintWriter err, boolean terminal) {
        this.phase = phase;
        this.err = err;
        this.terminal = terminal;
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
