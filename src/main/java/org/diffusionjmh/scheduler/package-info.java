/**
 * Samplers as data: a {@link org.diffusionjmh.scheduler.Scheduler} is its configuration, plans a whole run as coefficients of linear
 * combinations, and a {@link org.diffusionjmh.scheduler.Sampler} carries the plan out on any device. Names are those of diffusers.
 */
package org.diffusionjmh.scheduler;
