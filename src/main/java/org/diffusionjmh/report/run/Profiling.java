package org.diffusionjmh.report.run;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What is taken beside the scores.
 *
 * @param figures whether memory, energy, rates and costs are
 * @param pictures where the benchmarks' last pictures go; empty if they are not kept
 */
public record Profiling(boolean figures, Optional<Path> pictures) {}
