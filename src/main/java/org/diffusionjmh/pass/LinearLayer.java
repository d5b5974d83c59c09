package org.diffusionjmh.pass;

import org.diffusionjmh.graph.DType;

/**
 * A linear layer as far as its time depends on it.
 *
 * @param dtype element type of all its tensors
 * @param rows rows of its argument, over all leading dimensions
 * @param in elements of such a row
 * @param out elements of a row of its result
 * @param bias whether it has a bias
 * @param after what becomes of its result
 */
public record LinearLayer(DType dtype, long rows, long in, long out, boolean bias, After after) {
    /** What becomes of a layer's result. */
    public enum After {
        /** Something that is no business of the layer's. */
        OTHER,
        /** It is added to a residual. */
        SUM,
        /** It is added to a residual, and the sum is taken by a layer norm too. */
        NORMED_SUM
    }
}
