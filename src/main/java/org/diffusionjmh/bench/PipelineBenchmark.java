package org.diffusionjmh.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Timeout;
import org.openjdk.jmh.annotations.Warmup;

/** How all pipelines are measured. */
// A call takes from milliseconds to minutes: each is timed by itself.
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
// The first compiles, which its figure tells; the others let allocator, executor and clocks settle.
@Warmup(iterations = 3)
@Measurement(iterations = 5)
// Iterations of a fork share one compilation and one memory layout; only forks show how much these vary. The options:
// stack for libtorch, which recurses over a graph; native access, which the jar's manifest gives to the process started
// with -jar only; no warning of newer JDKs about what JMH does with sun.misc.Unsafe.
@Fork(
        value = 3,
        jvmArgsAppend = {"-Xss64m", "--enable-native-access=ALL-UNNAMED", "-Dsun.misc.unsafe.memory.access=allow"})
@Threads(1)
// Of an iteration, loading included; the default of 10 minutes is short for a full-size model on a CPU.
@Timeout(time = 45, timeUnit = TimeUnit.MINUTES)
public abstract class PipelineBenchmark {}
