package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDManager;

/** Turns the prompts of a request into what the denoiser is told. */
interface PromptEncoder extends AutoCloseable {
    /**
     * Encodes the prompts.
     *
     * @param guided whether negative prompts come before the prompts in the batch
     * @param owner owner of the tensors
     * @param warnings told of prompts that were cut off
     */
    Conditioning encode(TextToImageRequest request, boolean guided, NDManager owner, Warnings warnings);

    @Override
    void close();
}
