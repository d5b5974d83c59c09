package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.diffusionjmh.compiler.ShapedModules;

/** The U-Net of a pipeline, compiled for each size it is used at. */
final class Denoiser implements AutoCloseable {
    private final ShapedModules<Sizes> modules;

    /** What a U-Net's graph depends on. */
    record Sizes(long batch, long height, long width, long textLength) {}

    Denoiser(ShapedModules<Sizes> modules) {
        this.modules = modules;
    }

    /**
     * The prediction for a sample.
     *
     * @param sample [batch, in_channels, height, width]
     * @param timestep FP32 [1]
     * @param owner owner of the result
     */
    NDArray predict(NDArray sample, NDArray timestep, Conditioning conditioning, NDManager owner) {
        Shape shape = sample.getShape();
        long textLength = conditioning.encoderHiddenStates().getShape().get(1);
        Sizes sizes = new Sizes(shape.get(0), shape.get(2), shape.get(3), textLength);
        return modules.of(sizes)
                .run(conditioning.inputs(sample, timestep), owner)
                .singletonOrThrow();
    }

    @Override
    public void close() {
        modules.close();
    }
}
