package org.diffusionjmh.pass;

import org.diffusionjmh.graph.TensorType;

/**
 * What a convolution's speed depends on. A bias is not among it: beside a kernel of libtorch's, a norm or a sum adds it.
 *
 * @param x {@code [N, C, H, W]}
 * @param weight {@code [O, C, k, k]}
 * @param padding rows and columns of zeros on each side
 * @param after what is done with the result
 */
public record ConvLayer(TensorType x, TensorType weight, int padding, After after) {
    /** What follows. */
    public enum After {
        /** Something of the result's type is added to it, and nothing else takes it. */
        SUM,
        /** Its channels are four phases of pixels that are put side by side. */
        INTERLEAVE,
        OTHER
    }
}
