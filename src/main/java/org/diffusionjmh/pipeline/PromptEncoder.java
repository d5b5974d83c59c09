package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDManager;
import java.util.List;

/** Turns the prompts of a request into what the denoiser is told. */
interface PromptEncoder extends AutoCloseable {
    /**
     * Encodes the prompts.
     *
     * @param batch the prompt of each of a picture's rows in the denoiser's batch
     * @param owner owner of the tensors
     * @param warnings told of prompts that were cut off
     */
    Conditioning encode(TextToImageRequest request, List<PromptRole> batch, NDManager owner, Warnings warnings);

    @Override
    void close();
}
