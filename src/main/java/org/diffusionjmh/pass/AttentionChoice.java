package org.diffusionjmh.pass;

import org.diffusionjmh.graph.AttentionOp.ScaledDotProductAttention;
import org.diffusionjmh.graph.TensorType;

/** Which kernel a device computes an attention with. */
@FunctionalInterface
public interface AttentionChoice {
    /** Whatever libtorch chooses. */
    AttentionChoice LIBTORCH = (attention, query, key) -> false;

    /**
     * Whether cuDNN's kernel is faster than libtorch's choice.
     *
     * @param query type of q, {@code [N, heads, L, d]}
     * @param key type of k and v, {@code [N, heads, S, d]}
     */
    boolean prefersCudnn(ScaledDotProductAttention attention, TensorType query, TensorType key);
}
