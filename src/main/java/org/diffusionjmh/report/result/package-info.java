/**
 * What a run of the benchmarks left behind, as data, and the readers of its files: JMH's CSV, and the samples, environment and pictures
 * beside it. It reads what any project's JMH wrote and knows nothing of this project's benchmarks.
 */
package org.diffusionjmh.report.result;
