package org.diffusionjmh.report;

import java.util.Collection;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.Aggregator;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ResultRole;
import org.openjdk.jmh.util.ListStatistics;
import org.openjdk.jmh.util.Statistics;

/**
 * A value of an iteration in JMH's results: a figure, or one that was read from a file. JMH's own {@code ScalarResult} counts an iteration
 * without the value as 0; this one leaves it out, so that what exists once per fork has one sample per fork.
 */
public final class SampleResult extends Result<SampleResult> {
    private static final long serialVersionUID = 1L;

    SampleResult(Figure figure, double value) {
        this(ResultRole.SECONDARY, figure.label(), value, figure.unit(), figure.policy());
    }

    /**
     * @param role whether it is the score or beside it
     * @param policy how the values of several iterations become one
     */
    public SampleResult(ResultRole role, String label, double value, String unit, AggregationPolicy policy) {
        this(role, label, of(value), unit, policy);
    }

    /** How the values of several iterations become one. */
    public AggregationPolicy policy() {
        return policy;
    }

    private SampleResult(ResultRole role, String label, Statistics statistics, String unit, AggregationPolicy policy) {
        super(role, label, statistics, unit, policy);
    }

    @Override
    protected Aggregator<SampleResult> getThreadAggregator() {
        return SampleResult::aggregate;
    }

    @Override
    protected Aggregator<SampleResult> getIterationAggregator() {
        return SampleResult::aggregate;
    }

    private static SampleResult aggregate(Collection<SampleResult> results) {
        ListStatistics samples = new ListStatistics();
        results.forEach(result -> samples.addValue(result.getScore()));
        SampleResult first = results.iterator().next();
        return new SampleResult(first.role, first.label, samples, first.unit, first.policy);
    }

    @Override
    public String extendedInfo() {
        return role.isPrimary() ? distributionExtendedInfo() : simpleExtendedInfo();
    }
}
