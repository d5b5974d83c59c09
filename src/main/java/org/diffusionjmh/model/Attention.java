package org.diffusionjmh.model;

import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;

/**
 * Multi-head attention of the U-Net's transformers: queries, keys and values without bias, the output with.
 *
 * @param heads number of heads; divides the channels
 */
record Attention(int heads) {
    /**
     * @param x [N, L, C]
     * @param context what is attended to, [N, S, D]; x itself for self-attention
     * @return [N, L, C]
     */
    Node apply(GraphBuilder b, Node x, Node context) {
        long channels = x.type().size(-1);
        Node q = split(b, b.in("to_q").linear(x, channels, false));
        Node k = split(b, b.in("to_k").linear(context, channels, false));
        Node v = split(b, b.in("to_v").linear(context, channels, false));
        Node attended = b.permute(b.attention(q, k, v, false), 0, 2, 1, 3);
        return b.in("to_out")
                .in(0)
                .linear(b.reshape(attended, x.type().size(0), x.type().size(1), channels), channels, true);
    }

    private Node split(GraphBuilder b, Node x) {
        long headDim = x.type().size(2) / heads;
        return b.permute(b.reshape(x, x.type().size(0), x.type().size(1), heads, headDim), 0, 2, 1, 3);
    }
}
