/**
 * Runs JMH's benchmarks fork by fork, because JMH itself forgets all forks of a benchmark when one dies, and waits for ever for one that
 * hangs. What has been measured is recorded at once, what failed is a row with its reason, and the rest of the matrix runs on.
 */
package org.diffusionjmh.report.run;
