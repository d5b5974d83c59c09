package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.Optional;

/**
 * What the denoiser is told beside sample and timestep, in its batch order.
 *
 * @param encoderHiddenStates text embeddings [batch, tokens, cross_attention_dim]
 * @param textEmbeds SDXL's pooled text [batch, pooled]
 * @param timeIds SDXL's size conditions, FP32 [batch, 6]
 * @param timestepCond the guidance embedding of latent consistency models [batch, time_cond_proj_dim]
 */
public record Conditioning(
        NDArray encoderHiddenStates,
        Optional<NDArray> textEmbeds,
        Optional<NDArray> timeIds,
        Optional<NDArray> timestepCond) {
    /** The denoiser's inputs, in the order that {@link org.diffusionjmh.model.UNet2DConditionModel#graph} gives. */
    NDList inputs(NDArray sample, NDArray timestep) {
        NDList inputs = new NDList(sample, timestep, encoderHiddenStates);
        textEmbeds.ifPresent(inputs::add);
        timeIds.ifPresent(inputs::add);
        timestepCond.ifPresent(inputs::add);
        return inputs;
    }
}
