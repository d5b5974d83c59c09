/**
 * Where weights come from: safetensors files mapped into memory, the snapshot folders of Hugging Face that hold them, and made-up ones.
 */
package org.diffusionjmh.weights;
