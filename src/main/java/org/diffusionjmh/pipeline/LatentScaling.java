package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.diffusionjmh.libtorch.HostScalars;
import org.diffusionjmh.libtorch.TensorMemory;

/**
 * Between the autoencoder's latents, as they are, and the denoiser's, which have unit variance:
 * {@code (x - mean) scalingFactor / std}.
 */
final class LatentScaling implements AutoCloseable {
    private final NDManager manager;
    private final HostScalars scalars;
    private final double scalingFactor;
    private final List<NDArray> meanAndStd;

    private LatentScaling(NDManager manager, HostScalars scalars, double scalingFactor, List<NDArray> meanAndStd) {
        this.manager = manager;
        this.scalars = scalars;
        this.scalingFactor = scalingFactor;
        this.meanAndStd = meanAndStd;
    }

    /** With mean 0 and standard deviation 1. */
    static LatentScaling of(double scalingFactor, HostScalars scalars, NDManager parent) {
        return new LatentScaling(parent.newSubManager(), scalars, scalingFactor, List.of());
    }

    /**
     * @param mean per channel
     * @param std per channel
     */
    static LatentScaling of(
            double scalingFactor, List<Double> mean, List<Double> std, HostScalars scalars, NDManager parent) {
        NDManager manager = parent.newSubManager();
        return new LatentScaling(
                manager, scalars, scalingFactor, List.of(perChannel(mean, manager), perChannel(std, manager)));
    }

    private static NDArray perChannel(List<Double> values, NDManager manager) {
        float[] floats = new float[values.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = values.get(i).floatValue();
        }
        return manager.create(floats, new Shape(1, floats.length, 1, 1));
    }

    /**
     * The autoencoder's latents brought to the denoiser's scale.
     *
     * @param latents [images, channels, height, width]
     * @return a new array of their type, shape and manager
     */
    NDArray toDenoiser(NDArray latents) {
        if (meanAndStd.isEmpty()) {
            return latents.mul(scalars.of(scalingFactor));
        }
        NDManager owner = latents.getManager();
        try (NDManager scope = owner.newSubManager()) {
            NDArray centred = latents.sub(like(latents, meanAndStd.get(0), scope));
            centred.attach(scope);
            NDArray scaled = centred.mul(scalars.of(scalingFactor)).div(like(latents, meanAndStd.get(1), scope));
            scaled.attach(owner);
            return scaled;
        }
    }

    /**
     * The denoiser's latents brought to the autoencoder's scale.
     *
     * @param latents [images, channels, height, width]
     * @return a new array of their type, shape and manager
     */
    NDArray toAutoencoder(NDArray latents) {
        if (meanAndStd.isEmpty()) {
            return latents.div(scalars.of(scalingFactor));
        }
        NDManager owner = latents.getManager();
        try (NDManager scope = owner.newSubManager()) {
            NDArray spread = latents.mul(like(latents, meanAndStd.get(1), scope));
            spread.attach(scope);
            NDArray unscaled = spread.div(scalars.of(scalingFactor)).add(like(latents, meanAndStd.get(0), scope));
            unscaled.attach(owner);
            return unscaled;
        }
    }

    private static NDArray like(NDArray latents, NDArray values, NDManager scope) {
        return TensorMemory.as(values, TensorMemory.type(latents), scope);
    }

    @Override
    public void close() {
        manager.close();
    }
}
