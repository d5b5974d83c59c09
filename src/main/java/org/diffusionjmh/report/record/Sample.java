package org.diffusionjmh.report.record;

/**
 * A row of {@link SampleFile}.
 *
 * @param benchmark its full name
 * @param parameters as {@link org.diffusionjmh.report.BenchmarkNames#parameters} writes them
 * @param fork from 1
 * @param iteration from 1 within the phase
 * @param phase {@code warmup} or {@code measurement}
 * @param metric {@code score}, or the name of what was measured beside it
 */
public record Sample(
        String benchmark,
        String parameters,
        int fork,
        int iteration,
        String phase,
        String metric,
        double value,
        String unit) {}
