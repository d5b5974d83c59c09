package org.diffusionjmh.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;

/** Brings {@link Notes} to the process that started this one. A profiler, because nothing else of ours is called between iterations. */
public final class NotesProfiler implements InternalProfiler {
    private final Path file;

    /**
     * Called by JMH.
     *
     * @param file where the notes go
     */
    public NotesProfiler(String file) {
        this.file = Path.of(file);
    }

    @Override
    public String getDescription() {
        return "What lessens the figures, and the libraries' versions; always on";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        // A benchmark takes its notes until the iteration has ended.
    }

    @Override
    public List<? extends Result<?>> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        try {
            Notes.current().write(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot leave notes on the run in " + file, e);
        }
        return List.of();
    }
}
