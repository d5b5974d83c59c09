package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/** Makes the denoiser's predictions of one run. */
interface Predictor {
    /**
     * The prediction for a sample. Returns without waiting for the device.
     *
     * @param step index of the step; a run's steps come in order, and again from 0
     * @param sample [batch, in_channels, height, width]
     * @param timestep FP32 [1]
     * @param owner owner of the result
     */
    NDArray predict(int step, NDArray sample, NDArray timestep, NDManager owner);
}
