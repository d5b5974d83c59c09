package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;

/** How several predictions of the denoiser become one. */
public interface Guidance {
    /** How many predictions are made per image: the denoiser's batch is this times the images. */
    int predictions();

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
            public int predictions() {
                return 1;
            }

            @Override
            public NDArray combine(NDArray modelOutput) {
                return modelOutput.reshape(modelOutput.getShape());
            }
        };
    }
}
