/**
 * What a run of the benchmarks leaves behind: figures beside JMH's score, result files, tables. It knows JMH and results, and nothing
 * of pipelines.
 */
package org.diffusionjmh.report;
