package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.diffusionjmh.compiler.ShapedModules;
import org.diffusionjmh.image.FloatImage;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.image.VaeImageProcessor;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;

/** The encoder of the autoencoder: pictures to latents. */
final class LatentEncoder implements AutoCloseable {
    private final ShapedModules<Sizes> modules;
    private final VaeImageProcessor processor;
    private final DataType dtype;

    /** What an encoder's graph depends on: pixels, not latents. */
    record Sizes(long batch, long height, long width) {}

    /**
     * @param modules the encoder
     * @param processor brings pictures to the encoder's range
     * @param dtype type of the encoder's computation
     */
    LatentEncoder(ShapedModules<Sizes> modules, VaeImageProcessor processor, DataType dtype) {
        this.modules = modules;
        this.processor = processor;
        this.dtype = dtype;
    }

    /** The type of the latents it gives. */
    DataType dtype() {
        return dtype;
    }

    /**
     * The latents of a picture.
     *
     * @param height what the picture is resized to, in pixels
     * @param width what the picture is resized to, in pixels
     */
    LatentDistribution encode(RgbImage image, int height, int width, NDManager owner) {
        FloatImage pixels = processor.preprocess(image, height, width);
        Shape shape = new Shape(1, RgbImage.CHANNELS, pixels.height(), pixels.width());
        try (NDManager scope = owner.newSubManager()) {
            NDArray values = scope.create(pixels.values(), shape, DataType.FLOAT32);
            NDArray input = TensorMemory.as(values, ScalarType.of(dtype), scope);
            NDList moments =
                    modules.of(new Sizes(1, pixels.height(), pixels.width())).run(new NDList(input), owner);
            return new LatentDistribution(moments.get(0), moments.get(1));
        }
    }

    @Override
    public void close() {
        modules.close();
    }
}
