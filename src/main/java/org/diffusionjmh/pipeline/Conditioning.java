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
 * @param imageLatents latents of a picture to edit [batch, channels, height / 8, width / 8], further channels of every sample
 */
public record Conditioning(
        NDArray encoderHiddenStates,
        Optional<NDArray> textEmbeds,
        Optional<NDArray> timeIds,
        Optional<NDArray> timestepCond,
        Optional<NDArray> imageLatents) {
    /** The same with the latents of a picture. */
    Conditioning withImageLatents(NDArray latents) {
        return new Conditioning(encoderHiddenStates, textEmbeds, timeIds, timestepCond, Optional.of(latents));
    }

    /**
     * The sample as the denoiser gets it.
     *
     * @param sample [batch, latent channels, height / 8, width / 8], scaled
     * @return [batch, in_channels, height / 8, width / 8]
     */
    NDArray modelInput(NDArray sample) {
        return imageLatents.map(latents -> sample.concat(latents, 1)).orElse(sample);
    }

    /**
     * The denoiser's inputs, in the order that {@link org.diffusionjmh.model.UNet2DConditionModel#graph} gives.
     *
     * @param modelInput what {@link #modelInput} gave
     */
    NDList inputs(NDArray modelInput, NDArray timestep) {
        NDList inputs = new NDList(modelInput, timestep, encoderHiddenStates);
        textEmbeds.ifPresent(inputs::add);
        timeIds.ifPresent(inputs::add);
        timestepCond.ifPresent(inputs::add);
        return inputs;
    }
}
