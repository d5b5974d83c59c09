package org.diffusionjmh.report.compare;

import java.util.OptionalLong;
import org.diffusionjmh.report.result.Parameters;
import org.diffusionjmh.report.result.Unit;

/**
 * A compiler against the baseline, for one benchmark and the same other parameters.
 *
 * @param benchmark qualified name of class and method
 * @param parameters but for the compiler
 * @param compiler its name
 * @param difference baseline to compiler
 * @param baselineFirst seconds of the baseline's first call; NaN if not known
 * @param first seconds of the compiler's first call; NaN if not known
 */
public record SpeedupRow(
        String benchmark,
        Parameters parameters,
        String compiler,
        RowDiff difference,
        double baselineFirst,
        double first) {
    private static final Unit SECONDS = Unit.of("s/op");
    private static final Unit RATE = Unit.of("ops/s");

    /** How many times as fast as the baseline. */
    public double speedup() {
        return 1 / difference.timeRatio();
    }

    /** Seconds of a warm call of the baseline; NaN if its unit is no time. */
    public double baselineSeconds() {
        return seconds(difference.oldValue());
    }

    /** Seconds of a warm call. */
    public double seconds() {
        return seconds(difference.newValue());
    }

    /** Seconds that the first call takes more than a warm one: what compiling costs. */
    public double compileCost() {
        return first - seconds();
    }

    /** Whether the first calls and the warm ones are known. */
    public boolean hasCost() {
        return Double.isFinite(first - baselineFirst + seconds() - baselineSeconds());
    }

    /**
     * After how many calls, the first included, all of them together have taken no longer than the baseline's: the smallest n with
     * {@code first + (n - 1) warm <= baselineFirst + (n - 1) baselineWarm}. Empty if that is never, or not known.
     */
    public OptionalLong breakEven() {
        if (!hasCost()) {
            return OptionalLong.empty();
        }
        double cost = first - baselineFirst;
        if (cost <= 0) {
            return OptionalLong.of(1);
        }
        double saving = baselineSeconds() - seconds();
        return saving > 0 ? OptionalLong.of(1 + (long) Math.ceil(cost / saving)) : OptionalLong.empty();
    }

    private double seconds(double value) {
        Unit unit = difference.unit();
        return unit.isRate()
                ? 1 / (value * unit.factorTo(RATE).orElse(Double.NaN))
                : value * unit.factorTo(SECONDS).orElse(Double.NaN);
    }
}
