package org.diffusionjmh.report.run;

import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * A fork to be run.
 *
 * @param benchmark what it measures
 * @param fork its number, from 1
 * @param first whether it is the benchmark's first in this run
 */
record ForkTask(BenchmarkParams benchmark, int fork, boolean first) {}
