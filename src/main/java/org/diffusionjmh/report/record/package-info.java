/**
 * What a run records beside JMH's own files: every iteration, the environment, failures, pictures and how far they are apart. All of it is
 * on the disk before the next iteration begins, and can be read again to go on with a run that was stopped.
 */
package org.diffusionjmh.report.record;
