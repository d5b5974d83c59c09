package org.diffusionjmh.weights;

import ai.djl.ndarray.types.Shape;
import java.util.Arrays;

/**
 * Type and shape of a stored tensor.
 *
 * @param dtype element type in the file
 * @param shape dimensions, row-major; none for a scalar
 */
public record TensorInfo(Dtype dtype, Shape shape) {
    /**
     * The tensor's size in bytes.
     *
     * @throws ArithmeticException if it does not fit into 63 bits or is not a whole number of bytes
     */
    public long bytes() {
        long bits = dtype.bits();
        for (long dimension : shape.getShape()) {
            bits = Math.multiplyExact(bits, dimension);
        }
        if (bits % Byte.SIZE != 0) {
            throw new ArithmeticException(bits + " bits are not a whole number of bytes");
        }
        return bits / Byte.SIZE;
    }

    /** As error messages show it: {@code F32[3, 4]}. */
    @Override
    public String toString() {
        return dtype + Arrays.toString(shape.getShape());
    }
}
