package org.diffusionjmh.bench;

import java.util.concurrent.TimeUnit;
import org.diffusionjmh.compiler.CacheTally;
import org.diffusionjmh.compiler.CompilePhase;
import org.diffusionjmh.compiler.CompilerLog;
import org.diffusionjmh.pipeline.Warnings;
import org.diffusionjmh.report.Figure;
import org.diffusionjmh.report.Figures;
import org.diffusionjmh.report.Notes;

/** Prints warnings among JMH's output, notes a compiler's fallbacks, and adds up what compiling took. */
final class BenchmarkWarnings implements Warnings {
    private final CacheTally cache = new CacheTally();
    private boolean measured;

    private final CompilerLog compiler = new CompilerLog() {
        @Override
        public void warn(String message) {
            BenchmarkWarnings.this.warn(message);
            Notes.mark("fallback: " + message);
        }

        @Override
        public void needed(String kind, boolean found) {
            if (!measured) {
                cache.add(found);
            }
        }

        @Override
        public void spent(CompilePhase phase, long nanos) {
            if (measured) {
                return;
            }
            double seconds = nanos / (double) TimeUnit.SECONDS.toNanos(1);
            Figures.add(Figure.COMPILE, seconds);
            Figures.add(figure(phase), seconds);
        }
    };

    private static Figure figure(CompilePhase phase) {
        return switch (phase) {
            case BUILD -> Figure.COMPILE_BUILD;
            case LOAD -> Figure.COMPILE_LOAD;
            case TUNE -> Figure.COMPILE_TUNE;
            case CAPTURE -> Figure.COMPILE_CAPTURE;
        };
    }

    /** What is compiled from now on belongs to no figure. Notes whether what was compiled before came from a cache. */
    void endMeasurement() {
        measured = true;
        if (!cache.isEmpty()) {
            Notes.mark("compile cache: " + cache);
        }
    }

    @Override
    public void warn(String message) {
        System.out.println("# Warning: " + message);
    }

    @Override
    public CompilerLog ofCompiler() {
        return compiler;
    }
}
