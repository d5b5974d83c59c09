package org.diffusionjmh.lora;

/**
 * A LoRA of one layer.
 *
 * @param component the network, as diffusers names it in pipelines
 * @param name the layer as the file names it
 * @param update what it adds to the layer's weight at scale 1
 */
record LoraLayer(String component, String name, LowRankUpdate update) {}
