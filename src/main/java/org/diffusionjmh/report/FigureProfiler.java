package org.diffusionjmh.report;

import java.util.List;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.runner.IterationType;

/**
 * Brings {@link Figures} into JMH's results. A profiler, because {@code @AuxCounters} vanish in single-shot mode or are summed up; they
 * are taken in measured iterations only, because JMH drops what belongs to a warm-up.
 */
public final class FigureProfiler implements InternalProfiler {
    private boolean first = true;

    @Override
    public String getDescription() {
        return "Warm-up time, iterations per second, peak memory and load time of a pipeline; always on";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        // Everything is known after the iteration only.
    }

    @Override
    public List<? extends Result<?>> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        if (result.getRawPrimaryResults().isEmpty()) {
            return List.of(); // the iteration failed: JMH says why
        }
        if (first && benchmark.getMode() == Mode.SingleShotTime) {
            Figures.put(Figure.WARMUP, seconds(benchmark, result));
        }
        first = false;
        if (iteration.getType() != IterationType.MEASUREMENT) {
            return List.of();
        }
        return Figures.take().entrySet().stream()
                .map(figure -> new FigureResult(figure.getKey(), figure.getValue()))
                .toList();
    }

    private static double seconds(BenchmarkParams benchmark, IterationResult result) {
        double nanos =
                result.getPrimaryResult().getScore() * benchmark.getTimeUnit().toNanos(1);
        return nanos * benchmark.getOpsPerInvocation() / 1e9;
    }
}
