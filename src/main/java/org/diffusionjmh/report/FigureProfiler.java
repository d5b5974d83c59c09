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
 * Brings {@link Figures} into JMH's results. A profiler, because {@code @AuxCounters} vanish in single-shot mode or are summed up. JMH
 * drops what belongs to a warm-up, so figures that a fork has one of wait for the first measured iteration.
 */
public final class FigureProfiler implements InternalProfiler {
    private boolean first = true;

    /** Called by JMH. */
    public FigureProfiler() {
        Figures.want();
    }

    @Override
    public String getDescription() {
        return "Compile cost, iterations per second, memory, energy and load time of a pipeline; on unless --no-figures is given";
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
        return Figures.take(iteration.getType() == IterationType.MEASUREMENT).entrySet().stream()
                .map(figure -> new SampleResult(figure.getKey(), figure.getValue()))
                .toList();
    }

    private static double seconds(BenchmarkParams benchmark, IterationResult result) {
        double nanos =
                result.getPrimaryResult().getScore() * benchmark.getTimeUnit().toNanos(1);
        return nanos * benchmark.getOpsPerInvocation() / 1e9;
    }
}
