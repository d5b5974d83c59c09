package org.diffusionjmh.report.compare;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.diffusionjmh.report.result.Unit;

/**
 * What one side knows of a row, from one run or several.
 *
 * @param unit of the values
 * @param evidence the values
 * @param threads numbers of threads it was measured with
 */
record PooledRow(Unit unit, Evidence evidence, Set<Long> threads) {
    PooledRow {
        threads = Set.copyOf(threads);
    }

    /** The row in another unit; empty if that measures something else. */
    Optional<PooledRow> in(Unit other) {
        OptionalDouble factor = unit.factorTo(other);
        return factor.isPresent()
                ? Optional.of(new PooledRow(other, evidence.times(factor.getAsDouble()), threads))
                : Optional.empty();
    }
}
