package org.diffusionjmh.report.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.Optional;
import org.diffusionjmh.report.Benchmarks;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;

/** The limit leaves time to compile, and no more than that afterwards. */
class ForkLimitTest {
    private static final BenchmarkParams BENCHMARK = Benchmarks.of("none", 0);
    private static final ForkLimit FITTING = new ForkLimit(Optional.empty());

    private static Optional<Duration> seconds(long seconds) {
        return Optional.of(Duration.ofSeconds(seconds));
    }

    @Test
    void theFirstIterationHasJmhsTimeOutAndAMinute() {
        assertEquals(Duration.ofMinutes(11), FITTING.next(BENCHMARK, Optional.empty()));
    }

    @Test
    void theOthersAreHeldToTenTimesTheLongest() {
        assertEquals(Duration.ofMinutes(2), FITTING.next(BENCHMARK, seconds(12)));
        assertEquals(Duration.ofMinutes(1), FITTING.next(BENCHMARK, seconds(1)), "no less than a minute");
        assertEquals(Duration.ofMinutes(11), FITTING.next(BENCHMARK, seconds(600)), "no more than the first");
    }

    @Test
    void theUsersLimitIsTheMost() {
        ForkLimit user = new ForkLimit(seconds(30));
        assertEquals(Duration.ofSeconds(30), user.next(BENCHMARK, Optional.empty()));
        assertEquals(Duration.ofSeconds(30), user.next(BENCHMARK, seconds(12)));
    }

    /** 30 seconds measured, as asked for, are no sign of a hang. */
    @Test
    void theTimeOfAnIterationComesOnTop() {
        BenchmarkParams repeated = Benchmarks.of("none", 0, 3, Mode.AverageTime);
        assertEquals(Duration.ofSeconds(90), FITTING.next(repeated, seconds(1)));
    }
}
