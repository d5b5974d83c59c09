package org.diffusionjmh.report;

import java.util.Arrays;
import java.util.Optional;
import org.openjdk.jmh.results.AggregationPolicy;

/** A figure that is reported beside the score. */
public enum Figure {
    /** Time of the first iteration after loading: what compiling costs, with the first call. */
    WARMUP("warmup", "s", AggregationPolicy.AVG, true),
    /** What the compiler itself took, for all networks of the pipeline. */
    COMPILE("compile", "s", AggregationPolicy.AVG, true),
    /** Of {@link #COMPILE}: rewriting graphs, writing programs, folding weights. */
    COMPILE_BUILD("compile.build", "s", AggregationPolicy.AVG, true),
    /** Of {@link #COMPILE}: loading programs into libtorch. */
    COMPILE_LOAD("compile.load", "s", AggregationPolicy.AVG, true),
    /** Of {@link #COMPILE}: making or choosing kernels for the device. */
    COMPILE_TUNE("compile.tune", "s", AggregationPolicy.AVG, true),
    /** Of {@link #COMPILE}: capturing CUDA graphs. */
    COMPILE_CAPTURE("compile.capture", "s", AggregationPolicy.AVG, true),
    /** Denoising steps per second between the first and the last step. */
    ITERATIONS_PER_SECOND("iterations.per.second", "1/s", AggregationPolicy.AVG, false),
    /** Peak memory: the device's, of all processes, on a GPU; the process's resident memory on a CPU. */
    PEAK_MEMORY("memory.peak", "MiB", AggregationPolicy.MAX, false),
    /** Device memory of this process alone, where the driver tells. libtorch's allocator only lets it grow, so it is a peak. */
    PROCESS_MEMORY("memory.process", "MiB", AggregationPolicy.MAX, false),
    /** Device memory that libtorch's allocator holds for this process, in use or kept to be used again: without context and kernels. */
    ALLOCATOR_MEMORY("memory.allocator", "MiB", AggregationPolicy.MAX, false),
    /** Peak resident host memory of this process. */
    HOST_MEMORY("memory.host", "MiB", AggregationPolicy.MAX, false),
    /** Energy that the GPU took during a call: for a picture, or for a step. None of calls shorter than a tenth of a second. */
    ENERGY("energy", "J/op", AggregationPolicy.AVG, false),
    /** Share of a call's time in which the GPU computed. */
    GPU_UTILIZATION("gpu.utilization", "%", AggregationPolicy.AVG, false),
    /** Time to load the pipeline. */
    LOAD("load", "s", AggregationPolicy.AVG, true);

    private final String label;
    private final String unit;
    private final AggregationPolicy policy;
    private final boolean oncePerFork;

    Figure(String label, String unit, AggregationPolicy policy, boolean oncePerFork) {
        this.label = label;
        this.unit = unit;
        this.policy = policy;
        this.oncePerFork = oncePerFork;
    }

    /** The figure of a name in JMH's results. */
    public static Optional<Figure> of(String label) {
        return Arrays.stream(values())
                .filter(figure -> figure.label.equals(label))
                .findFirst();
    }

    /** The name in JMH's results. */
    public String label() {
        return label;
    }

    public String unit() {
        return unit;
    }

    /** Whether a fork has one value, not one per iteration. */
    public boolean isOncePerFork() {
        return oncePerFork;
    }

    /** How the values of several iterations become one. */
    public AggregationPolicy policy() {
        return policy;
    }
}
