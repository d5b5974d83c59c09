/**
 * Where weights come from: safetensors files mapped into memory, the snapshot folders and the local cache of Hugging Face that hold
 * them, and made-up ones. Nothing here uses the network, and no tensor passes through the Java heap.
 */
package org.diffusionjmh.weights;
