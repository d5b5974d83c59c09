package org.diffusionjmh.report.compare;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Decides what of two sides is compared, and compares it. Iterations of one fork share a process, a compilation and a memory layout, so
 * they are not independent and their number says little; forks are independent. So:
 *
 * <ul>
 *   <li>the medians of the forks by {@link RankTest}, if there are enough of them to tell a difference at all: 4 and 4, or 3 and 5;
 *   <li>otherwise the iterations by the same test, if there are enough of them. Its p-value is too small if forks differ among
 *       themselves, so it counts only if all forks of one side lie beyond all of the other's;
 *   <li>otherwise JMH's scores and errors by {@link WelchTest}, where there are no single values. JMH takes iterations as independent too.
 * </ul>
 */
final class SignificanceTest {
    private final RankTest ranks = new RankTest();

    Finding compare(Evidence oldSide, Evidence newSide) {
        if (oldSide instanceof ForkSamples oldSamples && newSide instanceof ForkSamples newSamples) {
            return compare(oldSamples, newSamples);
        }
        Summary oldSummary = oldSide.summary();
        Summary newSummary = newSide.summary();
        if (!oldSummary.hasSpread() || !newSummary.hasSpread()) {
            return Finding.tooFew(oldSide, newSide);
        }
        WelchTest.Result result = WelchTest.compare(oldSummary, newSummary);
        return new Finding(
                Basis.SCORES,
                oldSummary.count(),
                newSummary.count(),
                OptionalDouble.of(result.pValue()),
                result.ratio(),
                false);
    }

    private Finding compare(ForkSamples oldSide, ForkSamples newSide) {
        double[] oldMedians = oldSide.medians();
        double[] newMedians = newSide.medians();
        if (RankTest.canTell(oldMedians.length, newMedians.length)) {
            return ranked(Basis.FORKS, oldMedians, newMedians, false);
        }
        double[] oldValues = oldSide.values();
        double[] newValues = newSide.values();
        return RankTest.canTell(oldValues.length, newValues.length)
                ? ranked(Basis.ITERATIONS, oldValues, newValues, overlap(oldMedians, newMedians))
                : Finding.tooFew(oldSide, newSide);
    }

    private Finding ranked(Basis basis, double[] oldValues, double[] newValues, boolean forksOverlap) {
        double p = ranks.pValue(oldValues, newValues);
        Optional<Interval> ratio = ranks.ratio(oldValues, newValues);
        return new Finding(basis, oldValues.length, newValues.length, OptionalDouble.of(p), ratio, forksOverlap);
    }

    private static boolean overlap(double[] first, double[] second) {
        return max(first) >= min(second) && max(second) >= min(first);
    }

    private static double min(double[] values) {
        return Arrays.stream(values).min().orElseThrow();
    }

    private static double max(double[] values) {
        return Arrays.stream(values).max().orElseThrow();
    }
}
