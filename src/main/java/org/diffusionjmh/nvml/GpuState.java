package org.diffusionjmh.nvml;

import java.util.OptionalLong;
import java.util.Set;

/**
 * How a GPU fares at a moment.
 *
 * @param temperatureCelsius of the chip
 * @param throttleReasons why its clocks are low; empty if nothing holds them down
 * @param graphicsMhz clock of the processors
 * @param memoryMhz clock of the memory
 * @param utilizationPercent share of the last moments in which it computed, 0 to 100
 */
public record GpuState(
        OptionalLong temperatureCelsius,
        Set<ThrottleReason> throttleReasons,
        OptionalLong graphicsMhz,
        OptionalLong memoryMhz,
        OptionalLong utilizationPercent) {
    public GpuState {
        throttleReasons = Set.copyOf(throttleReasons);
    }
}
