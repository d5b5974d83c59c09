package org.diffusionjmh.nvml;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What a GPU is and how it is set up.
 *
 * @param name the product's name
 * @param memoryBytes memory in all
 * @param powerLimitWatts the power limit in force
 * @param maxGraphicsMhz highest clock of the processors
 * @param maxMemoryMhz highest clock of the memory
 */
public record GpuFacts(
        Optional<String> name,
        OptionalLong memoryBytes,
        OptionalDouble powerLimitWatts,
        OptionalLong maxGraphicsMhz,
        OptionalLong maxMemoryMhz) {}
