package org.diffusionjmh.report.run;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * How long a fork may go without ending an iteration before it counts as hung. The first iteration loads and compiles, which may take
 * long, and nobody knows how long; all others, and the first ones of further forks, are held to what that one took.
 *
 * @param most the user's limit; empty for JMH's time-out of the benchmark, which ends what can be interrupted, and a minute more
 */
public record ForkLimit(Optional<Duration> most) {
    /** Times as long as the longest iteration so far; much, for the machine may become busy. */
    private static final int PATIENCE = 10;

    private static final Duration LEAST = Duration.ofMinutes(1);

    /**
     * The limit for the next iteration.
     *
     * @param longest what an iteration of this benchmark has taken so far, with loading and compiling; empty before the first
     */
    Duration next(BenchmarkParams benchmark, Optional<Duration> longest) {
        Duration limit = most.orElseGet(() -> duration(benchmark.getTimeout()).plus(LEAST));
        Duration fitting = longest.map(time -> time.multipliedBy(PATIENCE))
                .filter(time -> time.compareTo(LEAST) > 0)
                .orElse(longest.isPresent() ? LEAST : limit);
        return min(limit, fitting).plus(iterationTime(benchmark));
    }

    /** What an iteration takes because it was asked to, in the modes that repeat the call for a time. */
    private static Duration iterationTime(BenchmarkParams benchmark) {
        if (benchmark.getMode() == Mode.SingleShotTime) {
            return Duration.ZERO;
        }
        Duration warmup = duration(benchmark.getWarmup().getTime());
        Duration measurement = duration(benchmark.getMeasurement().getTime());
        return warmup.compareTo(measurement) > 0 ? warmup : measurement;
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private static Duration duration(TimeValue time) {
        return Duration.ofNanos(time.convertTo(TimeUnit.NANOSECONDS));
    }
}
