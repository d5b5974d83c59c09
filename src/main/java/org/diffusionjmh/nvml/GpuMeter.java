package org.diffusionjmh.nvml;

import java.util.EnumSet;
import java.util.OptionalDouble;
import java.util.Set;

/** Measures what a GPU does between two moments. Both are read outside of what is timed. */
public final class GpuMeter {
    private final GpuDevice device;
    private final UtilizationRecord utilization;
    private final Set<ThrottleReason> throttleReasons = EnumSet.noneOf(ThrottleReason.class);

    private OptionalDouble startJoules = OptionalDouble.empty();

    public GpuMeter(GpuDevice device) {
        this.device = device;
        this.utilization = device.utilizationRecord();
    }

    /**
     * What was measured.
     *
     * @param joules energy taken; the driver's counter moves some ten times a second, so over short times it is coarse
     * @param utilizationPercent mean utilization, 0 to 100
     */
    public record Reading(OptionalDouble joules, OptionalDouble utilizationPercent) {}

    /** Begins. */
    public void start() {
        OptionalDouble unused = utilization.meanPercentSinceLastCall(); // what was before does not count
        startJoules = device.energyJoules();
    }

    /** What happened since {@link #start}. */
    public Reading read() {
        OptionalDouble joules = device.energyJoules();
        throttleReasons.addAll(device.throttleReasons());
        return new Reading(
                joules.isPresent() && startJoules.isPresent()
                        ? OptionalDouble.of(joules.getAsDouble() - startJoules.getAsDouble())
                        : OptionalDouble.empty(),
                utilization.meanPercentSinceLastCall());
    }

    /** All reasons for low clocks that any reading has found. */
    public Set<ThrottleReason> throttleReasons() {
        return Set.copyOf(throttleReasons);
    }
}
