package org.diffusionjmh.nvml;

import java.util.OptionalLong;

/**
 * A process that uses a GPU.
 *
 * @param pid its id, as the driver sees it: in a container this may be another one than the process's own
 * @param memoryBytes the device memory it holds
 */
public record GpuProcess(long pid, OptionalLong memoryBytes) {}
