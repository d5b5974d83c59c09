package org.diffusionjmh.report.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleSupplier;
import org.diffusionjmh.report.result.Parameters;
import org.diffusionjmh.report.result.ResultRow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.util.ListStatistics;

class SignificanceTestTest {
    private static final int REPETITIONS = 1000;

    private final SignificanceTest test = new SignificanceTest();
    private final Random random = new Random(20261125);

    /**
     * How often a difference is seen where there is none. Nominal: 5 %; a test of ranks has steps and stays below (4.3 % for 10 against
     * 10, 3.2 % for 5 against 5); that the forks must stand apart makes the verdict on few forks more careful still.
     */
    @ParameterizedTest
    @CsvSource({"10, 1, 0.030, 0.060", "1, 10, 0.030, 0.060", "5, 5, 0.015, 0.050", "3, 10, 0.010, 0.060"})
    void falseAlarmsAreAsRareAsTheyShouldBe(int forks, int iterations, double atLeast, double atMost) {
        assertRate(
                atLeast,
                atMost,
                () -> samples(forks, iterations, 100, 0, 2),
                () -> samples(forks, iterations, 100, 0, 2));
    }

    /** Forks that differ among themselves must not seem to be a change: a test of 15 iterations each would say so every other time. */
    @ParameterizedTest
    @CsvSource({"3, 5, 0.11", "4, 5, 0.05", "6, 5, 0.06"})
    void forksThatDifferAreNoChange(int forks, int iterations, double atMost) {
        assertRate(0, atMost, () -> samples(forks, iterations, 100, 3, 1), () -> samples(forks, iterations, 100, 3, 1));
    }

    /** The same from JMH's score and error alone. */
    @Test
    void falseAlarmsOfScoresAreAsRareAsTheyShouldBe() {
        assertRate(0.030, 0.065, () -> samples(1, 10, 100, 0, 2).summary(), () -> samples(1, 10, 100, 0, 2)
                .summary());
    }

    private interface Side {
        Evidence draw();
    }

    private void assertRate(double atLeast, double atMost, Side oldSide, Side newSide) {
        int alarms = 0;
        for (int i = 0; i < REPETITIONS; i++) {
            alarms += test.compare(oldSide.draw(), newSide.draw()).isSignificant() ? 1 : 0;
        }
        double rate = alarms / (double) REPETITIONS;
        assertTrue(rate >= atLeast && rate <= atMost, "false alarms: " + rate);
    }

    /** A shift of 5 % under 2 % noise, 10 samples a side, however these are spread over forks. */
    @ParameterizedTest
    @CsvSource({"10, 1", "1, 10", "5, 2", "2, 5"})
    void aShiftIsSeen(int forks, int iterations) {
        int seen = 0;
        for (int i = 0; i < 200; i++) {
            Finding finding =
                    test.compare(samples(forks, iterations, 100, 0, 2), samples(forks, iterations, 105, 0, 2));
            Interval ratio = finding.ratio().orElseThrow();
            seen += finding.isSignificant() && ratio.low() > 1 ? 1 : 0;
        }
        assertTrue(seen >= 190, "seen in " + seen + " of 200");
    }

    /** The interval holds the true ratio in 95 of 100 cases, or in more. */
    @Test
    void theIntervalHoldsTheRatio() {
        int held = 0;
        for (int i = 0; i < REPETITIONS; i++) {
            Interval ratio = test.compare(samples(8, 1, 100, 0, 2), samples(8, 1, 107, 0, 2))
                    .ratio()
                    .orElseThrow();
            held += ratio.low() <= 1.07 && 1.07 <= ratio.high() ? 1 : 0;
        }
        assertTrue(held >= 935 && held <= 985, "held " + held);
    }

    @Test
    void forksAreComparedIfThereAreEnough() {
        assertEquals(Basis.FORKS, basis(samples(4, 3, 100, 0, 1), samples(4, 3, 100, 0, 1)));
        assertEquals(Basis.FORKS, basis(samples(3, 3, 100, 0, 1), samples(5, 3, 100, 0, 1)));
        assertEquals(Basis.ITERATIONS, basis(samples(3, 3, 100, 0, 1), samples(3, 3, 100, 0, 1)));
        assertEquals(Basis.NONE, basis(samples(3, 1, 100, 0, 1), samples(3, 1, 100, 0, 1)));
        assertEquals(Basis.SCORES, basis(samples(4, 3, 100, 0, 1), new Summary(5, 100, 1)));
        assertEquals(Basis.NONE, basis(samples(4, 3, 100, 0, 1), new Summary(5, 100, Double.NaN)));
        assertEquals(Basis.NONE, basis(new Summary(1, 100, Double.NaN), new Summary(5, 100, 1)));
    }

    private Basis basis(Evidence oldSide, Evidence newSide) {
        return test.compare(oldSide, newSide).basis();
    }

    @Test
    void fewForksMustStandApart() {
        ForkSamples old = ForkSamples.of(List.of(List.of(1.0, 1.1, 1.2, 1.3), List.of(3.0, 3.1, 3.2, 3.3)));
        ForkSamples fresh = ForkSamples.of(List.of(List.of(3.01, 3.11, 3.21, 3.31), List.of(4.0, 4.1, 4.2, 4.3)));
        Finding finding = test.compare(old, fresh);
        assertTrue(finding.pValue().orElseThrow() < Finding.ALPHA);
        assertFalse(finding.forksOverlap());
        assertTrue(finding.isSignificant());
        ForkSamples overlapping = ForkSamples.of(List.of(List.of(3.11, 3.12, 3.13, 3.14), List.of(4.0, 4.1, 4.2, 4.3)));
        finding = test.compare(old, overlapping);
        assertTrue(finding.pValue().orElseThrow() < Finding.ALPHA);
        assertTrue(finding.forksOverlap());
        assertFalse(finding.isSignificant());
    }

    /** Two-sided Welch test of 100 +- 2 and 103 +- 3, 10 values each: t = 2.631 with 15.68 degrees of freedom, p = 0.0184; logarithms differ little. */
    @Test
    void scoresAreComparedByWelch() {
        Finding finding = test.compare(new Summary(10, 100, 4), new Summary(10, 103, 9));
        assertEquals(0.0184, finding.pValue().orElseThrow(), 0.001);
        Interval ratio = finding.ratio().orElseThrow();
        assertEquals(1.0058, ratio.low(), 0.0005);
        assertEquals(1.0548, ratio.high(), 0.0005);
    }

    @Test
    void scoresWithoutSpreadAreComparedAsTheyAre() {
        assertEquals(
                1,
                test.compare(new Summary(5, 7, 0), new Summary(5, 7, 0))
                        .pValue()
                        .orElseThrow());
        assertEquals(
                0,
                test.compare(new Summary(5, 7, 0), new Summary(5, 8, 0))
                        .pValue()
                        .orElseThrow());
        assertTrue(test.compare(new Summary(5, 0, 0.1), new Summary(5, 8, 0.1))
                        .pValue()
                        .orElseThrow()
                < 1e-6);
    }

    /** What JMH makes of 10, 12 and 17: 13 +- 65.8 at 99.9 %. */
    @Test
    void theVarianceComesBackFromTheError() {
        ForkSamples samples = ForkSamples.of(List.of(List.of(10.0, 12.0, 17.0)));
        ListStatistics jmh = new ListStatistics(samples.values());
        ResultRow row = new ResultRow(
                "p.C.m",
                "score",
                Mode.AverageTime,
                1,
                Parameters.of(Map.of()),
                3,
                jmh.getMean(),
                jmh.getMeanErrorAt(0.999),
                "ms/op");
        Summary summary = new ErrorBars().summary(row);
        assertEquals(13, summary.mean());
        assertEquals(13, summary.variance(), 1e-6);
        assertEquals(13, samples.summary().variance(), 1e-12);
    }

    /** Pooling summaries is the same as summing up all values. */
    @Test
    void summariesArePooled() {
        ForkSamples first = samples(1, 5, 100, 0, 2);
        ForkSamples second = samples(1, 9, 110, 0, 3);
        Summary all = ForkSamples.pooled(List.of(first, second)).summary();
        Summary pooled = Summary.pooled(List.of(first.summary(), second.summary()));
        assertEquals(all.count(), pooled.count());
        assertEquals(all.mean(), pooled.mean(), 1e-9);
        assertEquals(all.variance(), pooled.variance(), 1e-9);
    }

    private ForkSamples samples(int forks, int iterations, double mean, double betweenForks, double withinFork) {
        List<List<Double>> drawn = new ArrayList<>();
        for (int fork = 0; fork < forks; fork++) {
            double centre = mean + betweenForks * random.nextGaussian();
            DoubleSupplier value = () -> centre + withinFork * random.nextGaussian();
            List<Double> values = new ArrayList<>();
            for (int i = 0; i < iterations; i++) {
                values.add(value.getAsDouble());
            }
            drawn.add(values);
        }
        return ForkSamples.of(drawn);
    }
}
