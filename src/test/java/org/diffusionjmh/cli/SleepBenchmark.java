package org.diffusionjmh.cli;

import java.util.concurrent.TimeUnit;
import org.diffusionjmh.report.Figure;
import org.diffusionjmh.report.Figures;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Behaves as a pipeline does: slow to load, slower at its first call, with figures. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class SleepBenchmark {
    static final double LOAD = 0.5;
    static final long FIRST_MILLIS = 200;
    static final double RATE = 12.5;

    @Param("1")
    public int millis;

    private boolean warm;
    private int calls;

    @Setup(Level.Trial)
    public void load() {
        Figures.clear();
        Figures.put(Figure.LOAD, LOAD);
    }

    @TearDown(Level.Iteration)
    public void leaveFigures() {
        calls++;
        Figures.put(Figure.ITERATIONS_PER_SECOND, RATE);
        Figures.put(Figure.PEAK_MEMORY, calls);
    }

    /** Of several operations, so that score and warm-up time differ in what they count. */
    @Benchmark
    @OperationsPerInvocation(10)
    public void works() throws InterruptedException {
        Thread.sleep(warm ? millis : FIRST_MILLIS);
        warm = true;
    }

    @Benchmark
    public void fails() {
        throw new IllegalStateException("this benchmark fails");
    }
}
