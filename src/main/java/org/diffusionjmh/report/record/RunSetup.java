package org.diffusionjmh.report.record;

import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * What a run is, as far as whoever starts it knows.
 *
 * @param machine short name of the hardware
 * @param gpuNumber CUDA's number of the GPU that is measured; empty if only the CPU is
 * @param program the jar or class folder that runs
 * @param projectVersion this project's version
 * @param command the command line, as a shell takes it
 */
public record RunSetup(String machine, OptionalInt gpuNumber, Path program, String projectVersion, String command) {}
