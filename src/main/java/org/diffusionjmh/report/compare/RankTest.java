package org.diffusionjmh.report.compare;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.numbers.combinatorics.BinomialCoefficientDouble;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.inference.MannWhitneyUTest;

/**
 * Mann-Whitney's U test, which asks nothing of how the values are distributed, and the confidence interval of their ratio that belongs to
 * it: all ratios by which the old values can be multiplied so that the test finds no difference.
 */
final class RankTest {
    // Above it the normal approximation is good to three digits; below, it calls 3 against 3 significant.
    private static final int LARGEST_EXACT_TIED = 40;
    private static final int LARGEST_EXACT_INTERVAL = 100;

    private final MannWhitneyUTest test = MannWhitneyUTest.withDefaults();
    private final Map<List<Integer>, Integer> cuts = new HashMap<>();

    /** Whether samples of these sizes can differ significantly at all: whether they do if they stand apart. */
    static boolean canTell(int first, int second) {
        return first > 0 && second > 0 && 2 / BinomialCoefficientDouble.value(first + second, first) <= Finding.ALPHA;
    }

    /** Two-sided p-value: exact for small samples, with equal values among them too. */
    double pValue(double[] first, double[] second) {
        int[] doubledRanks = doubledRanks(first, second);
        boolean tied = hasEqual(doubledRanks);
        if (!tied || doubledRanks.length > LARGEST_EXACT_TIED) {
            double p = test.test(first, second).getPValue();
            return Double.isNaN(p) ? 1 : p; // all values are equal
        }
        int sum = Arrays.stream(doubledRanks, 0, first.length).sum();
        RankSumDistribution sums = new RankSumDistribution(doubledRanks, first.length);
        return Math.min(1, 2 * Math.min(sums.atMost(sum), sums.atLeast(sum)));
    }

    /**
     * 95 % confidence interval of {@code second / first}: between two of the sorted ratios of all pairs (Hodges and Lehmann). Empty if
     * the samples are too small, or a value is not above 0.
     */
    Optional<Interval> ratio(double[] first, double[] second) {
        int cut = cuts.computeIfAbsent(List.of(first.length, second.length), sizes -> cut(first.length, second.length));
        boolean positive = Arrays.stream(first).allMatch(value -> value > 0)
                && Arrays.stream(second).allMatch(value -> value > 0);
        if (cut < 0 || !positive) {
            return Optional.empty();
        }
        double[] ratios = new double[first.length * second.length];
        int pair = 0;
        for (double divisor : first) {
            for (double value : second) {
                ratios[pair++] = value / divisor;
            }
        }
        Arrays.sort(ratios);
        return Optional.of(new Interval(ratios[cut], ratios[ratios.length - 1 - cut]));
    }

    private static boolean hasEqual(int[] values) {
        int[] sorted = values.clone();
        Arrays.sort(sorted);
        for (int i = 1; i < sorted.length; i++) {
            if (sorted[i] == sorted[i - 1]) {
                return true;
            }
        }
        return false;
    }

    /** How many of the sorted ratios stay outside at either end: the largest U with P(U' &lt;= U) &lt;= 2.5 %; -1 if there is none. */
    private static int cut(int first, int second) {
        if (first + second > LARGEST_EXACT_INTERVAL) {
            double mean = first * (double) second / 2;
            double deviation = Math.sqrt(mean * (first + second + 1) / 6);
            double z = NormalDistribution.of(0, 1).inverseSurvivalProbability(Finding.ALPHA / 2);
            return (int) Math.floor(mean - z * deviation) - 1;
        }
        RankSumDistribution sums = RankSumDistribution.untied(first, second);
        int smallestSum = first * (first + 1) / 2;
        int cut = -1;
        while (sums.atMost(2 * (smallestSum + cut + 1)) <= Finding.ALPHA / 2) {
            cut++;
        }
        return cut;
    }

    /** The doubled ranks of the first sample's values among all, then the second's; equal values share the mean of their ranks. */
    private static int[] doubledRanks(double[] first, double[] second) {
        double[] values = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, values, first.length, second.length);
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int[] ranks = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            int place = Arrays.binarySearch(sorted, values[i]);
            int start = place;
            while (start > 0 && sorted[start - 1] == values[i]) {
                start--;
            }
            int end = place;
            while (end + 1 < sorted.length && sorted[end + 1] == values[i]) {
                end++;
            }
            ranks[i] = start + end + 2;
        }
        return ranks;
    }
}
