/**
 * The JMH benchmarks, one class per model, and the states they share. A new model is a class like
 * {@link org.diffusionjmh.bench.RealVisXlV40}; nothing here computes anything.
 */
package org.diffusionjmh.bench;
