/**
 * Compares results: runs with runs, and compilers within a run. Every figure comes with how sure it is, and with the word "too few
 * samples" where nothing can be said.
 */
package org.diffusionjmh.report.compare;
