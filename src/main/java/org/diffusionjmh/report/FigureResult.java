package org.diffusionjmh.report;

import java.util.Collection;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.Aggregator;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ResultRole;
import org.openjdk.jmh.util.ListStatistics;
import org.openjdk.jmh.util.Statistics;

/**
 * A figure in JMH's results. JMH's own {@code ScalarResult} counts an iteration without the figure as 0; this one leaves it out, so that
 * a figure that exists once per fork has one sample per fork.
 */
final class FigureResult extends Result<FigureResult> {
    private static final long serialVersionUID = 1L;

    FigureResult(Figure figure, double value) {
        this(figure.label(), of(value), figure.unit(), figure.policy());
    }

    private FigureResult(String label, Statistics statistics, String unit, AggregationPolicy policy) {
        super(ResultRole.SECONDARY, label, statistics, unit, policy);
    }

    @Override
    protected Aggregator<FigureResult> getThreadAggregator() {
        return FigureResult::aggregate;
    }

    @Override
    protected Aggregator<FigureResult> getIterationAggregator() {
        return FigureResult::aggregate;
    }

    private static FigureResult aggregate(Collection<FigureResult> results) {
        ListStatistics samples = new ListStatistics();
        results.forEach(result -> samples.addValue(result.getScore()));
        FigureResult first = results.iterator().next();
        return new FigureResult(first.label, samples, first.unit, first.policy);
    }
}
