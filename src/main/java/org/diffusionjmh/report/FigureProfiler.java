package org.diffusionjmh.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.runner.IterationType;

/**
 * Brings {@link Figures} into JMH's results, and {@link Notes} to the process that started this one. A profiler, because
 * {@code @AuxCounters} vanish in single-shot mode or are summed up. JMH drops what belongs to a warm-up, so figures that a fork has one
 * of wait for the first measured iteration.
 */
public final class FigureProfiler implements InternalProfiler {
    private final String notes;

    private boolean first = true;

    /** Called by JMH. */
    public FigureProfiler() {
        this("");
    }

    /**
     * Called by JMH.
     *
     * @param notes the file to leave the notes in; blank for none
     */
    public FigureProfiler(String notes) {
        this.notes = notes;
    }

    @Override
    public String getDescription() {
        return "Compile cost, iterations per second, memory, energy and load time of a pipeline; always on";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        // Everything is known after the iteration only.
    }

    @Override
    public List<? extends Result<?>> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        leaveNotes();
        if (result.getRawPrimaryResults().isEmpty()) {
            return List.of(); // the iteration failed: JMH says why
        }
        if (first && benchmark.getMode() == Mode.SingleShotTime) {
            Figures.put(Figure.WARMUP, seconds(benchmark, result));
        }
        first = false;
        return Figures.take(iteration.getType() == IterationType.MEASUREMENT).entrySet().stream()
                .map(figure -> new SampleResult(figure.getKey(), figure.getValue()))
                .toList();
    }

    private void leaveNotes() {
        if (notes.isBlank()) {
            return;
        }
        try {
            Notes.current().write(Path.of(notes));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot leave notes on the run in " + notes, e);
        }
    }

    private static double seconds(BenchmarkParams benchmark, IterationResult result) {
        double nanos =
                result.getPrimaryResult().getScore() * benchmark.getTimeUnit().toNanos(1);
        return nanos * benchmark.getOpsPerInvocation() / 1e9;
    }
}
