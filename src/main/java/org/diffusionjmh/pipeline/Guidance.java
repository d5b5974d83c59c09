package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import java.util.List;

/** How several predictions of the denoiser become one. */
public interface Guidance {
    /** The prompt behind each prediction, in the order of the denoiser's batch. */
    List<PromptRole> prompts();

    /** How many predictions are made per image: the denoiser's batch is this times the images. */
    default int predictions() {
        return prompts().size();
    }

    /**
     * Combines the predictions.
     *
     * @param modelOutput [predictions * images, channels, height, width]
     * @return a new array [images, channels, height, width]
     */
    NDArray combine(NDArray modelOutput);

    /** No guidance: the denoiser's output as it is. */
    static Guidance none() {
        return new Guidance() {
            @Override
            public List<PromptRole> prompts() {
                return List.of(PromptRole.PROMPT);
            }

            @Override
            public NDArray combine(NDArray modelOutput) {
                return modelOutput.reshape(modelOutput.getShape());
            }
        };
    }
}
