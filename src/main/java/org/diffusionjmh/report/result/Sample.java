package org.diffusionjmh.report.result;

/**
 * What one iteration measured.
 *
 * @param benchmark qualified name of class and method
 * @param parameters the benchmark's, as {@link Parameters#toString} writes them
 * @param fork from 1
 * @param iteration from 1 within its phase
 * @param phase warm-up or measurement
 * @param metric {@link ResultRow#SCORE}, or the secondary metric's name
 * @param value in {@code unit}
 * @param unit as JMH writes it
 */
public record Sample(
        String benchmark,
        String parameters,
        int fork,
        int iteration,
        Phase phase,
        String metric,
        double value,
        String unit) {}
