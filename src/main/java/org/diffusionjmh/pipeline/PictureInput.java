package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
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
    private static final float MAX_LEVEL = 255;

    /**
     * A picture on the device, where its levels become numbers: {@code level / 255}, or {@code 2 level / 255 - 1} if the network sees
     * values from -1 to 1.
     *
     * @param height what it is resized to, in pixels
     * @param width what it is resized to, in pixels
     * @return [1, 3, height, width]
     */
    NDArray of(RgbImage image, int height, int width, NDManager owner) {
        return of(processor.resize(image, height, width), owner);
    }

    /** A picture in the network's size. */
    NDArray of(RgbImage image, NDManager owner) {
        Shape shape = new Shape(1, image.height(), image.width(), RgbImage.CHANNELS);
        try (NDManager scope = owner.newSubManager()) {
            NDArray levels = scope.create(image.pixels(), shape, DataType.UINT8);
            // by a tensor of the device, as DJL makes of a number: libtorch multiplies with the reciprocal of a host's
            NDArray unit =
                    levels.transpose(0, 3, 1, 2).toType(DataType.FLOAT32, false).div(MAX_LEVEL);
            NDArray values = processor.doNormalize() ? unit.mul(2).sub(1) : unit;
            return TensorMemory.copy(values, ScalarType.of(dtype), owner); // on a CPU, levels stand on Java's memory
        }
    }
}
