/**
 * What DJL's engine does not offer: modules from memory, a thread with the stack libtorch's JIT needs, torch's own random numbers, and
 * libtorch's C ABI. Everything native that is opened here is closed by its owner.
 */
package org.diffusionjmh.libtorch;
