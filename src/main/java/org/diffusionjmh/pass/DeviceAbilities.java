package org.diffusionjmh.pass;

/**
 * What a device can do, as far as passes ask. Rewritten graphs depend on all of it.
 *
 * @param gpu whether it is a GPU; else the result may have operations of oneDNN
 * @param kernels whether it has this project's own kernels
 * @param bfloat16 whether it computes bfloat16 in units of its own
 */
public record DeviceAbilities(boolean gpu, boolean kernels, boolean bfloat16) {}
