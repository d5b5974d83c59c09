package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.diffusionjmh.image.FloatImage;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.image.VaeImageProcessor;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;

/**
 * Pictures as inputs of a network.
 *
 * @param processor brings pictures to the network's sizes and range
 * @param dtype type of the network's computation
 */
record PictureInput(VaeImageProcessor processor, DataType dtype) {
    /**
     * A picture on the device.
     *
     * @param height what it is resized to, in pixels
     * @param width what it is resized to, in pixels
     * @return [1, 3, height, width]
     */
    NDArray of(RgbImage image, int height, int width, NDManager owner) {
        FloatImage pixels = processor.preprocess(image, height, width);
        Shape shape = new Shape(1, RgbImage.CHANNELS, pixels.height(), pixels.width());
        try (NDManager scope = owner.newSubManager()) {
            NDArray values = scope.create(pixels.values(), shape, DataType.FLOAT32);
            return TensorMemory.copy(values, ScalarType.of(dtype), owner); // on a CPU, values stand on Java's memory
        }
    }
}
