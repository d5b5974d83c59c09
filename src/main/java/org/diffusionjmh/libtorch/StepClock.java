package org.diffusionjmh.libtorch;

/**
 * Marks moments of a device's work without waiting for it. Read it once the device has reached the last mark.
 */
public interface StepClock extends AutoCloseable {
    /** Marks the end of what has been submitted so far. */
    void mark();

    /** Number of marks. */
    int marks();

    /** Seconds between the first and the last mark; 0 with fewer than two. */
    double seconds();

    /** Forgets all marks. */
    void reset();

    @Override
    void close();
}
