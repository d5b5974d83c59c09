package org.diffusionjmh.report.compare;

import org.diffusionjmh.report.result.Unit;

/**
 * A row that has nothing to be compared with.
 *
 * @param key what it is
 * @param unit of the value
 * @param value as in {@link RowDiff}
 * @param isOld whether the old side has it
 */
public record OneSidedRow(RowKey key, Unit unit, double value, boolean isOld) {
    static OneSidedRow of(RowKey key, PooledRow row, boolean isOld) {
        return new OneSidedRow(key, row.unit(), row.evidence().centre(), isOld);
    }
}
