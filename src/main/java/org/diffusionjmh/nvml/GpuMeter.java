package org.diffusionjmh.nvml;

import java.time.Duration;
import java.util.EnumSet;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.LongSupplier;

/** Measures what a GPU does between two moments. Both are read outside of what is timed. */
public final class GpuMeter {
    /** The driver's counter of energy moves some ten times a second: what is shorter would be nothing, or far too much. */
    private static final Duration ENERGY_STEP = Duration.ofMillis(100);

    private final GpuDevice device;
    private final UtilizationRecord utilization;
    private final Set<ThrottleReason> throttleReasons = EnumSet.noneOf(ThrottleReason.class);

    private final LongSupplier nanoTime;

    private OptionalDouble startJoules = OptionalDouble.empty();
    private long startNanos;

    public GpuMeter(GpuDevice device) {
        this(device, System::nanoTime);
    }

    GpuMeter(GpuDevice device, LongSupplier nanoTime) {
        this.device = device;
        this.nanoTime = nanoTime;
        this.utilization = device.utilizationRecord();
    }

    /**
     * What was measured.
     *
     * @param joules energy taken, to within a step of the driver's counter; empty over a time that is shorter than one
     * @param utilizationPercent mean utilization, 0 to 100
     */
    public record Reading(OptionalDouble joules, OptionalDouble utilizationPercent) {}

    /** Begins. */
    public void start() {
        OptionalDouble unused = utilization.meanPercentSinceLastCall(); // what was before does not count
        startJoules = device.energyJoules();
        startNanos = nanoTime.getAsLong();
    }

    /** What happened since {@link #start}. */
    public Reading read() {
        OptionalDouble joules = joulesSinceStart();
        throttleReasons.addAll(device.throttleReasons());
        return new Reading(joules, utilization.meanPercentSinceLastCall());
    }

    private OptionalDouble joulesSinceStart() {
        OptionalDouble joules = device.energyJoules();
        boolean isLongEnough = nanoTime.getAsLong() - startNanos >= ENERGY_STEP.toNanos();
        return isLongEnough && joules.isPresent() && startJoules.isPresent()
                ? OptionalDouble.of(joules.getAsDouble() - startJoules.getAsDouble())
                : OptionalDouble.empty();
    }

    /** All reasons for low clocks that any reading has found. */
    public Set<ThrottleReason> throttleReasons() {
        return Set.copyOf(throttleReasons);
    }
}
