/**
 * LoRA files: the formats there are, which layer of a model each tensor belongs to, and what it adds to the layer's weight. A
 * {@link org.diffusionjmh.lora.LoraSet} is what a pipeline fuses.
 */
package org.diffusionjmh.lora;
