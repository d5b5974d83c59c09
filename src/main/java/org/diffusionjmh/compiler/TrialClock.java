package org.diffusionjmh.compiler;

import java.util.List;

/** Times what is tried. */
@FunctionalInterface
interface TrialClock extends AutoCloseable {
    /**
     * Seconds that each piece of work takes, one after the other.
     *
     * @param works each submits its piece
     */
    List<Double> seconds(List<Runnable> works);

    @Override
    default void close() {}
}
