/**
 * Rewrites of graphs. A new rewrite implements {@link org.diffusionjmh.pass.Pass} and is added, at its place, to
 * {@link org.diffusionjmh.pass.Passes}. Pure Java: what a rewrite means is decided by the operations, not by a device.
 */
package org.diffusionjmh.pass;
