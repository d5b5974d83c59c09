package org.diffusionjmh.report.record;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.diffusionjmh.report.SampleResult;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ResultRole;

/** Brings forks that were measured together with forks that were read from a file: JMH aggregates only results of one class. */
final class ReadResults {
    private ReadResults() {}

    /**
     * A fork with results of the class that another fork's are of.
     *
     * @param fork as JMH measured it
     * @param other one of the same benchmark; if it was measured too, there is nothing to do
     */
    static BenchmarkResult alike(BenchmarkResult fork, BenchmarkResult other) {
        if (!(firstScore(other) instanceof SampleResult) || firstScore(fork) instanceof SampleResult) {
            return fork;
        }
        Map<String, ?> known = other.getSecondaryResults();
        List<IterationResult> iterations = new ArrayList<>();
        for (IterationResult iteration : fork.getIterationResults()) {
            IterationResult converted =
                    new IterationResult(iteration.getBenchmarkParams(), iteration.getParams(), iteration.getMetadata());
            converted.addResult(converted(ResultRole.PRIMARY, iteration.getPrimaryResult(), AggregationPolicy.AVG));
            iteration
                    .getSecondaryResults()
                    .values()
                    .forEach(result -> converted.addResult(
                            converted(ResultRole.SECONDARY, result, policy(result, known.get(result.getLabel())))));
            iterations.add(converted);
        }
        return new BenchmarkResult(fork.getParams(), iterations, fork.getMetadata());
    }

    private static Result<?> firstScore(BenchmarkResult fork) {
        return fork.getIterationResults().iterator().next().getPrimaryResult();
    }

    private static AggregationPolicy policy(Result<?> result, Object known) {
        if (result instanceof SampleResult sample) {
            return sample.policy();
        }
        return known instanceof SampleResult sample ? sample.policy() : AggregationPolicy.AVG;
    }

    private static SampleResult converted(ResultRole role, Result<?> result, AggregationPolicy policy) {
        return new SampleResult(role, result.getLabel(), result.getScore(), result.getScoreUnit(), policy);
    }
}
