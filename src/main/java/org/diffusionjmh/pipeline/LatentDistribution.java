package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.diffusionjmh.libtorch.HostScalars;
import org.diffusionjmh.libtorch.TensorMemory;

/**
 * What the autoencoder makes of a picture: a normal distribution of latents, not scaled.
 *
 * @param mean [1, channels, height / 8, width / 8]
 * @param logvar logarithm of the variance, of the same shape
 */
record LatentDistribution(NDArray mean, NDArray logvar) {
    /**
     * One sample of it.
     *
     * @param noise standard normal noise of the same shape
     * @return a new array of the mean's type and manager
     */
    NDArray sample(NDArray noise, HostScalars scalars) {
        NDManager owner = mean.getManager();
        try (NDManager scope = owner.newSubManager()) {
            NDArray half = logvar.mul(scalars.of(0.5));
            half.attach(scope);
            NDArray std = half.exp();
            NDArray sample = mean.add(std.mul(TensorMemory.as(noise, TensorMemory.type(mean), scope)));
            sample.attach(owner);
            return sample;
        }
    }
}
