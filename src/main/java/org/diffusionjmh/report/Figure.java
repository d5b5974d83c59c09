package org.diffusionjmh.report;

import org.openjdk.jmh.results.AggregationPolicy;

/** A figure that is reported beside the score. */
public enum Figure {
    /** Time of the first iteration after loading, once per fork: what compiling costs. */
    WARMUP("warmup", "s", AggregationPolicy.AVG),
    /** Denoising steps per second between the first and the last step. */
    ITERATIONS_PER_SECOND("iterations.per.second", "1/s", AggregationPolicy.AVG),
    /** Peak memory: the device's on a GPU, the process's resident memory on a CPU. */
    PEAK_MEMORY("memory.peak", "MiB", AggregationPolicy.MAX),
    /** Time to load the pipeline, once per fork. */
    LOAD("load", "s", AggregationPolicy.AVG);

    private final String label;
    private final String unit;
    private final AggregationPolicy policy;

    Figure(String label, String unit, AggregationPolicy policy) {
        this.label = label;
        this.unit = unit;
        this.policy = policy;
    }

    /** The name in JMH's results. */
    public String label() {
        return label;
    }

    public String unit() {
        return unit;
    }

    AggregationPolicy policy() {
        return policy;
    }
}
