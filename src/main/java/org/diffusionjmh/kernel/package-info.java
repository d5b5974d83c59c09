/**
 * This project's own kernels and the libtorch operators {@code ops.djmh.*} that launch them. Each operator has an implementation for CUDA,
 * compiled for the device at hand, and one of libtorch's own operations for the CPU.
 */
package org.diffusionjmh.kernel;
