package org.diffusionjmh.report.compare;

import org.diffusionjmh.report.result.Parameters;
import org.diffusionjmh.report.result.ResultRow;
import org.openjdk.jmh.annotations.Mode;

/**
 * What rows of different runs are matched by.
 *
 * @param benchmark qualified name of class and method
 * @param metric {@link ResultRow#SCORE}, or the secondary metric's name
 * @param mode of the benchmark: JMH can measure one in several
 * @param parameters of the benchmark
 */
public record RowKey(String benchmark, String metric, Mode mode, Parameters parameters) {
    static RowKey of(ResultRow row) {
        return new RowKey(row.benchmark(), row.metric(), row.mode(), row.parameters());
    }

    RowKey with(Parameters others) {
        return new RowKey(benchmark, metric, mode, others);
    }

    /** The score that a metric belongs to. */
    RowKey score() {
        return withMetric(ResultRow.SCORE);
    }

    /** Another metric of the same benchmark. */
    public RowKey withMetric(String other) {
        return new RowKey(benchmark, other, mode, parameters);
    }

    public boolean isScore() {
        return metric.equals(ResultRow.SCORE);
    }

    /** Qualified name of the class: the model. */
    public String model() {
        int method = benchmark.lastIndexOf('.');
        return method < 0 ? benchmark : benchmark.substring(0, method);
    }

    /** Name of the method. */
    public String method() {
        return benchmark.substring(benchmark.lastIndexOf('.') + 1);
    }

    /** Class and method without the package, and the metric if it is not the score. */
    public String shortName() {
        String name = simple(model()) + "." + method();
        return isScore() ? name : name + ":" + metric;
    }

    /** A class's name without its package. */
    public static String simple(String className) {
        return className.substring(className.lastIndexOf('.') + 1);
    }

    @Override
    public String toString() {
        String name = isScore() ? benchmark : benchmark + ":" + metric;
        return parameters.values().isEmpty() ? name : name + " (" + parameters + ")";
    }
}
