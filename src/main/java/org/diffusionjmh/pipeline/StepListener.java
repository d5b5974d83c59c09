package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;

/** Told after each denoising step. Must not wait for the device unless it wants to see the values. */
@FunctionalInterface
public interface StepListener {
    /** Does nothing. */
    StepListener NONE = step -> {};

    void onStep(DenoisingStep step);

    /**
     * A step that was taken. The tensors belong to the run and are valid during the call only.
     *
     * @param index index of the step, from 0
     * @param count number of steps of the run
     * @param modelInput what the denoiser got [predictions * images, in_channels, height / 8, width / 8]
     * @param modelOutput what it gave, before guidance [predictions * images, channels, height / 8, width / 8]
     * @param guided what the sampler got [images, channels, height / 8, width / 8]
     * @param latents the new latents [images, channels, height / 8, width / 8]
     */
    record DenoisingStep(
            int index, int count, NDArray modelInput, NDArray modelOutput, NDArray guided, NDArray latents) {}
}
