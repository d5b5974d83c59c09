package org.diffusionjmh.report.compare;

import org.diffusionjmh.report.result.Unit;
import org.openjdk.jmh.annotations.Mode;

/** Which way a row's value is better. */
public enum Direction {
    /** Times. */
    LOWER_IS_FASTER,
    /** What is done in a time. */
    HIGHER_IS_FASTER,
    /** Memory, counts, and all that says nothing of speed. */
    NEITHER;

    /** Of a score by its mode; of a metric by its unit, because the mode is not the metric's. */
    static Direction of(RowKey key, Unit unit) {
        if (key.isScore()) {
            return key.mode() == Mode.Throughput ? HIGHER_IS_FASTER : LOWER_IS_FASTER;
        }
        return unit.isTime() ? LOWER_IS_FASTER : unit.isRate() ? HIGHER_IS_FASTER : NEITHER;
    }
}
