package org.diffusionjmh.compiler;

import java.util.List;

/** Times what is tried. */
@FunctionalInterface
interface TrialClock extends AutoCloseable {
    /**
     * Seconds that a call of each takes, one after the other.
     *
     * @param calls each submits one
     * @param repeats calls of each in a row, of which the mean is told
     */
    List<Double> seconds(List<Runnable> calls, int repeats);

    @Override
    default void close() {}
}
