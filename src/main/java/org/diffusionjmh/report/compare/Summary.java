package org.diffusionjmh.report.compare;

import java.util.List;

/**
 * What JMH's CSV has of a row's values.
 *
 * @param count how many values
 * @param mean their mean
 * @param variance their variance, with {@code count - 1}; NaN if it is not known
 */
public record Summary(long count, double mean, double variance) implements Evidence {
    /** All values of several summaries together. */
    static Summary pooled(List<Summary> parts) {
        long count = parts.stream().mapToLong(Summary::count).sum();
        double mean = parts.stream().mapToDouble(part -> part.mean * part.count).sum() / count;
        double squares = parts.stream()
                .mapToDouble(part -> part.squares() + part.count * (part.mean - mean) * (part.mean - mean))
                .sum();
        return new Summary(count, mean, squares / (count - 1));
    }

    /** Sum of the squared distances from the mean. */
    private double squares() {
        return count == 1 ? 0 : variance * (count - 1);
    }

    /** Whether there is enough to tell how far the mean can be trusted. */
    boolean hasSpread() {
        return count >= 2 && Double.isFinite(mean) && Double.isFinite(variance);
    }

    @Override
    public double centre() {
        return mean;
    }

    @Override
    public Summary summary() {
        return this;
    }

    @Override
    public Summary times(double factor) {
        return new Summary(count, mean * factor, variance * factor * factor);
    }
}
