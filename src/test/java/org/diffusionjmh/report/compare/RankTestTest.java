package org.diffusionjmh.report.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RankTestTest {
    private final RankTest test = new RankTest();

    /** Samples that stand apart, n against n: p = 2 / C(2n, n), the smallest there is. */
    @ParameterizedTest
    @CsvSource({"3, 0.1", "4, 0.0285714285714", "5, 0.00793650793651", "6, 0.00216450216450"})
    void separatedSamplesHaveTheExactProbability(int n, double p) {
        double[] low = IntStream.range(0, n).asDoubleStream().toArray();
        double[] high = Arrays.stream(low).map(value -> value + n).toArray();
        assertEquals(p, test.pValue(low, high), 1e-12);
        assertEquals(p, test.pValue(high, low), 1e-12);
        double[] allLow = new double[n];
        double[] allHigh = Arrays.stream(new double[n]).map(value -> 1).toArray();
        assertEquals(p, test.pValue(allLow, allHigh), 1e-12, "equal values within the samples change nothing");
    }

    /** The example of R's wilcox.test, whose one-sided p-value is 0.1272: 382 of the 3003 ways to choose 5 of 15. */
    @Test
    void overlappingSamplesHaveTheExactProbability() {
        assertEquals(
                2 * 382 / 3003.0,
                test.pValue(
                        new double[] {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46},
                        new double[] {1.15, 0.88, 0.90, 0.74, 1.21}),
                1e-12);
    }

    /** Counted by hand: of the 20 ways to choose 3 of the values 1 1 2 2 3 3, 2 (of 1 1 2) reach a rank sum as low as 1 1 2's. */
    @Test
    void equalValuesAreCounted() {
        assertEquals(2 * 2 / 20.0, test.pValue(new double[] {1, 1, 2}, new double[] {2, 3, 3}), 1e-12);
    }

    @Test
    void equalSamplesDoNotDiffer() {
        assertEquals(1, test.pValue(new double[] {2, 2, 2, 2}, new double[] {2, 2, 2, 2}));
        double[] many = new double[100];
        assertEquals(1, test.pValue(many, many));
    }

    /** The distribution that the interval and equal values need agrees with the library's test, which knows no equal values. */
    @Test
    void bothImplementationsAgree() {
        Random random = new Random(7);
        for (int i = 0; i < 50; i++) {
            double[] x = random.doubles(3 + random.nextInt(8)).toArray();
            double[] y = random.doubles(3 + random.nextInt(8))
                    .map(value -> value + 0.2)
                    .toArray();
            int sum = 0;
            for (double value : x) {
                sum += 1
                        + (int) Arrays.stream(x).filter(other -> other < value).count()
                        + (int) Arrays.stream(y).filter(other -> other < value).count();
            }
            RankSumDistribution sums = RankSumDistribution.untied(x.length, y.length);
            double p = Math.min(1, 2 * Math.min(sums.atMost(2 * sum), sums.atLeast(2 * sum)));
            assertEquals(p, test.pValue(x, y), 1e-9);
        }
    }

    @Test
    void tellsWhatCanBeTold() {
        assertFalse(RankTest.canTell(3, 3));
        assertFalse(RankTest.canTell(3, 4));
        assertFalse(RankTest.canTell(1, 30));
        assertFalse(RankTest.canTell(0, 5));
        assertTrue(RankTest.canTell(4, 4));
        assertTrue(RankTest.canTell(3, 5));
        assertTrue(RankTest.canTell(2, 8));
        assertTrue(RankTest.canTell(1000, 1000));
    }

    /** The interval leaves out 1, no difference, if and only if the test finds one. */
    @Test
    void theIntervalBelongsToTheTest() {
        Random random = new Random(11);
        int significant = 0;
        for (int i = 0; i < 300; i++) {
            int n = 4 + random.nextInt(60);
            double shift = 1 + random.nextInt(3) * 0.01;
            double[] x = IntStream.range(0, n)
                    .mapToDouble(j -> 100 * (1 + 0.02 * random.nextGaussian()))
                    .toArray();
            double[] y = IntStream.range(0, n)
                    .mapToDouble(j -> 100 * shift * (1 + 0.02 * random.nextGaussian()))
                    .toArray();
            Interval ratio = test.ratio(x, y).orElseThrow();
            double p = test.pValue(x, y);
            // Beyond 50 values both are approximations.
            if (Math.abs(p - Finding.ALPHA) > 0.002) {
                assertEquals(p <= Finding.ALPHA, ratio.low() > 1 || ratio.high() < 1, "p = " + p + ", " + ratio);
            }
            significant += p <= Finding.ALPHA ? 1 : 0;
        }
        assertTrue(significant > 50 && significant < 250, "both cases occur: " + significant);
    }

    @Test
    void thereIsNoIntervalOfTooFewValuesOrOfZeros() {
        assertTrue(test.ratio(new double[] {1, 2, 3}, new double[] {4, 5, 6}).isEmpty());
        assertTrue(
                test.ratio(new double[] {0, 2, 3, 4}, new double[] {4, 5, 6, 7}).isEmpty());
    }
}
