package org.diffusionjmh.libtorch;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/**
 * The tensors of a product {@code out = x W^T + bias + residual}, all contiguous, of one type and on one GPU, at addresses that 16 bytes
 * divide.
 *
 * @param x {@code [..., inner]}
 * @param weight W, {@code [columns, inner]}
 * @param bias {@code [columns]}
 * @param residual {@code [..., columns]}
 * @param out {@code [..., columns]}; overwritten
 */
public record ProductOperands(
        NDArray x, NDArray weight, Optional<NDArray> bias, Optional<NDArray> residual, NDArray out) {
    /** What divides all addresses: that of an access of a tensor's tile by the hardware. */
    public static final int ALIGNMENT = 16;

    /** Their sizes. */
    public ProductSizes sizes() {
        long inner = weight.getShape().get(1);
        return new ProductSizes(
                TensorMemory.type(x),
                x.getShape().size() / inner,
                inner,
                weight.getShape().get(0),
                bias.isPresent());
    }
}
