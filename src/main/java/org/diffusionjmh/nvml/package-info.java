/**
 * What the driver's management library, NVML, tells of an NVIDIA GPU: what it is, how it fares, who uses it, what energy it takes. It
 * opens no CUDA context, so a process that only watches takes no device memory. Values that a GPU does not tell are left out.
 */
package org.diffusionjmh.nvml;
