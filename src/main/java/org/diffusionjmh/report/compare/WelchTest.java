package org.diffusionjmh.report.compare;

import java.util.Optional;
import org.apache.commons.statistics.distribution.TDistribution;
import org.apache.commons.statistics.inference.DataDispersion;
import org.apache.commons.statistics.inference.TTest;

/**
 * Welch's t test of two means that may have different variances, on the logarithms of the means, so that it is about their ratio: the
 * variance of log(mean) is variance / mean^2 in first order.
 */
final class WelchTest {
    private static final TTest TEST = TTest.withDefaults().with(DataDispersion.HETEROSCEDASTIC);

    private WelchTest() {}

    /**
     * What the test gives.
     *
     * @param pValue two-sided
     * @param ratio 95 % confidence interval of new / old, if both means are above 0
     */
    record Result(double pValue, Optional<Interval> ratio) {}

    /** Compares two summaries that {@linkplain Summary#hasSpread() have a spread}. */
    static Result compare(Summary oldSide, Summary newSide) {
        if (oldSide.variance() == 0 && newSide.variance() == 0) {
            return new Result(oldSide.mean() == newSide.mean() ? 1 : 0, Optional.empty());
        }
        if (oldSide.mean() <= 0 || newSide.mean() <= 0) {
            return new Result(test(oldSide, newSide).getPValue(), Optional.empty());
        }
        Summary logOld = logarithm(oldSide);
        Summary logNew = logarithm(newSide);
        TTest.Result result = test(logOld, logNew);
        double error = Math.sqrt(logOld.variance() / logOld.count() + logNew.variance() / logNew.count())
                * TDistribution.of(result.getDegreesOfFreedom()).inverseSurvivalProbability(Finding.ALPHA / 2);
        double difference = logNew.mean() - logOld.mean();
        return new Result(
                result.getPValue(),
                Optional.of(new Interval(Math.exp(difference - error), Math.exp(difference + error))));
    }

    private static TTest.Result test(Summary first, Summary second) {
        return TEST.test(
                first.mean(), first.variance(), first.count(), second.mean(), second.variance(), second.count());
    }

    private static Summary logarithm(Summary summary) {
        double mean = summary.mean();
        return new Summary(summary.count(), Math.log(mean), summary.variance() / (mean * mean));
    }
}
