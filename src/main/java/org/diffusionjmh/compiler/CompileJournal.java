package org.diffusionjmh.compiler;

import java.util.List;
import java.util.function.Supplier;
import org.diffusionjmh.cache.ArtifactLog;
import org.diffusionjmh.pass.PassReport;

/**
 * What compilers report to: it passes on what they could not do and what they did to graphs, and takes the time of what they do. A piece
 * of work within another one counts for itself only, so the phases add up to the whole. It belongs to the thread that compiles.
 */
final class CompileJournal implements ArtifactLog {
    private final CompilerLog log;

    private long within;

    CompileJournal(CompilerLog log) {
        this.log = log;
    }

    /** Tells nobody: for compilers that work for another one, which tells the whole. */
    static CompileJournal silent() {
        return new CompileJournal(message -> {});
    }

    @Override
    public void warn(String message) {
        log.warn(message);
    }

    @Override
    public void needed(String kind, boolean found) {
        log.needed(kind, found);
    }

    void rewritten(String network, List<PassReport> reports) {
        log.rewritten(network, reports);
    }

    /** Does a piece of work. */
    <T> T timed(CompilePhase phase, Supplier<T> work) {
        long outside = within;
        within = 0;
        long start = System.nanoTime();
        try {
            return work.get();
        } finally {
            long whole = System.nanoTime() - start;
            log.spent(phase, whole - within);
            within = outside + whole;
        }
    }
}
