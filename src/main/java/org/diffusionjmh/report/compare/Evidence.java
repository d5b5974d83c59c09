package org.diffusionjmh.report.compare;

/** What is known of a row of results: its single values, or what JMH summed them up to. */
public sealed interface Evidence permits ForkSamples, Summary {
    /** The value in the middle; NaN if there is none. */
    double centre();

    /** Count, mean and variance of the values. */
    Summary summary();

    /** The same in another unit. */
    Evidence times(double factor);
}
