package org.diffusionjmh.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.diffusionjmh.libtorch.HostScalars;
import org.diffusionjmh.weights.SafetensorsFile;

/**
 * What a LoRA adds to one weight: {@code factor * B A} (Hu et al. 2021), with the kernel of a convolution flattened into A's columns.
 *
 * @param file holds A and B; open as long as this is used
 * @param down the name of A, {@code [rank, in]} or {@code [rank, in, kH, kW]}
 * @param up the name of B, {@code [out, rank]} or {@code [out, rank, 1, 1]}
 * @param rank columns of B and rows of A
 * @param factor scale times alpha over rank
 */
public record LowRankUpdate(SafetensorsFile file, String down, String up, long rank, double factor) {
    /** The same update, more or less of it. */
    LowRankUpdate times(double scale) {
        return new LowRankUpdate(file, down, up, rank, factor * scale);
    }

    /**
     * Adds the update to a weight, on the weight's device and without waiting for it.
     *
     * @param weight FP32 {@code [out, in]} or {@code [out, in, kH, kW]}
     * @param scalars of which the factor becomes one
     */
    public void addTo(NDArray weight, HostScalars scalars) {
        Shape shape = weight.getShape();
        long columns = shape.size() / shape.get(0);
        try (NDManager scope = weight.getManager().newSubManager()) {
            NDArray a = file.load(down, new Shape(rank, columns), scope, DataType.FLOAT32);
            NDArray b = file.load(up, new Shape(shape.get(0), rank), scope, DataType.FLOAT32);
            NDArray product = b.matMul(a.mul(scalars.of(factor))); // the factor meets the smaller matrix
            weight.addi(product.reshape(shape));
        }
    }
}
