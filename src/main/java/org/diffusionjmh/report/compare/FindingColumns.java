package org.diffusionjmh.report.compare;

import java.util.Optional;
import java.util.function.Function;
import org.diffusionjmh.report.table.Fields;
import org.diffusionjmh.report.table.Numbers;

/** The columns that say how a value changed and how sure that is. */
final class FindingColumns {
    private static final double PERCENT = 100;

    private FindingColumns() {}

    /**
     * Adds the columns.
     *
     * @param ratio new / old; NaN if there is none
     * @param finding of rows that were compared
     */
    static <R> void addTo(Fields<R> fields, Function<R, Double> ratio, Function<R, Optional<Finding>> finding) {
        fields.people("change", true, row -> Numbers.change(ratio.apply(row) - 1))
                .number("changePercent", row -> percent(ratio.apply(row)))
                .people(
                        "95% interval",
                        true, row -> finding.apply(row)
                                .flatMap(Finding::ratio)
                                .map(FindingColumns::text)
                                .orElse(""))
                .number("lowPercent", row -> percent(low(finding.apply(row))))
                .number("highPercent", row -> percent(high(finding.apply(row))))
                .people("p", true, row -> Numbers.probability(p(finding.apply(row))))
                .number("pValue", row -> p(finding.apply(row)))
                .people("n", true, row -> finding.apply(row)
                        .map(FindingColumns::count)
                        .orElse(""))
                .number("oldN", row -> count(finding.apply(row).map(Finding::oldCount)))
                .number("newN", row -> count(finding.apply(row).map(Finding::newCount)))
                .programs(
                        "basis",
                        row -> finding.apply(row).map(f -> f.basis().label()).orElse(""));
    }

    private static double percent(double ratio) {
        return (ratio - 1) * PERCENT;
    }

    private static String text(Interval ratio) {
        return "[" + Numbers.change(ratio.low() - 1) + ", " + Numbers.change(ratio.high() - 1) + "]";
    }

    private static String count(Finding finding) {
        String of = finding.basis() == Basis.FORKS ? " forks" : "";
        return finding.oldCount() + "+" + finding.newCount() + of;
    }

    private static double count(Optional<Long> count) {
        return count.map(Long::doubleValue).orElse(Double.NaN);
    }

    private static double p(Optional<Finding> finding) {
        return finding.map(f -> f.pValue().orElse(Double.NaN)).orElse(Double.NaN);
    }

    private static double low(Optional<Finding> finding) {
        return finding.flatMap(Finding::ratio).map(Interval::low).orElse(Double.NaN);
    }

    private static double high(Optional<Finding> finding) {
        return finding.flatMap(Finding::ratio).map(Interval::high).orElse(Double.NaN);
    }
}
