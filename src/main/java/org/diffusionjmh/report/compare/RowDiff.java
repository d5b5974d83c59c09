package org.diffusionjmh.report.compare;

import org.diffusionjmh.report.result.Unit;

/**
 * A row that both sides have.
 *
 * @param key what it is
 * @param unit of both values: the old one's
 * @param oldValue the median of the forks' medians, or JMH's score where there are no single values
 * @param newValue the same of the new side
 * @param finding how sure the difference is
 * @param verdict what that comes to
 */
public record RowDiff(RowKey key, Unit unit, double oldValue, double newValue, Finding finding, Verdict verdict) {
    static RowDiff of(RowKey key, Unit unit, Evidence oldSide, Evidence newSide, SignificanceTest test) {
        Finding finding = test.compare(oldSide, newSide);
        double oldValue = oldSide.centre();
        double newValue = newSide.centre();
        Verdict verdict = Verdict.of(finding, newValue > oldValue, Direction.of(key, unit));
        return new RowDiff(key, unit, oldValue, newValue, finding, verdict);
    }

    /** New / old; NaN if the old value is 0. */
    public double ratio() {
        return oldValue == 0 ? Double.NaN : newValue / oldValue;
    }

    /** Which way the row is better. */
    public Direction direction() {
        return Direction.of(key, unit);
    }

    /** New time / old time, whatever the row's own unit; NaN if it says nothing of speed. */
    double timeRatio() {
        return switch (direction()) {
            case LOWER_IS_FASTER -> ratio();
            case HIGHER_IS_FASTER -> 1 / ratio();
            case NEITHER -> Double.NaN;
        };
    }

    /** Whether it is a score that is significantly slower, by more than a part of the old value. */
    public boolean isRegression(double threshold) {
        return key.isScore() && verdict == Verdict.SLOWER && Math.abs(ratio() - 1) > threshold;
    }
}
