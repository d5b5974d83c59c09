package org.diffusionjmh.pass;

import org.diffusionjmh.graph.AttentionOp;
import org.diffusionjmh.graph.AttentionOp.ScaledDotProductAttention;
import org.diffusionjmh.graph.TensorType;

/** Which kernel a device computes an attention with. */
@FunctionalInterface
public interface AttentionChoice {
    /** Whatever libtorch chooses. */
    AttentionChoice LIBTORCH = (attention, query, key) -> attention;

    /**
     * The fastest operation for an attention without a bias: itself, where that is libtorch's choice.
     *
     * @param query type of q, {@code [N, heads, L, d]}
     * @param key type of k and v, {@code [N, heads, S, d]}
     */
    AttentionOp fastest(ScaledDotProductAttention attention, TensorType query, TensorType key);
}
