package org.diffusionjmh.model;

import java.util.Optional;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;

/**
 * Multi-head attention of diffusers' transformers; the output's layer has a bias.
 *
 * @param heads number of heads; divides the channels
 * @param bias whether the layers of queries, keys and values have one
 */
record Attention(int heads, boolean bias) {
    /**
     * @param x [N, L, C]
     * @param context what is attended to, [N, S, D]; x itself for self-attention
     * @return [N, L, C]
     */
    Node apply(GraphBuilder b, Node x, Node context) {
        return apply(b, x, context, Optional.empty());
    }

    /**
     * @param x [N, L, C]
     * @param context what is attended to, [N, S, D]
     * @param padding what is added to the scores, [N, 1, 1, S]
     * @return [N, L, C]
     */
    Node apply(GraphBuilder b, Node x, Node context, Optional<Node> padding) {
        long channels = x.type().size(-1);
        Node q = split(b, b.in("to_q").linear(x, channels, bias));
        Node k = split(b, b.in("to_k").linear(context, channels, bias));
        Node v = split(b, b.in("to_v").linear(context, channels, bias));
        Node attended = padding.map(scores -> b.attention(
                        q, k, v, scores, 1 / Math.sqrt((double) q.type().size(-1))))
                .orElseGet(() -> b.attention(q, k, v, false));
        Node joined = b.reshape(
                b.permute(attended, 0, 2, 1, 3), x.type().size(0), x.type().size(1), channels);
        return b.in("to_out").in(0).linear(joined, channels, true);
    }

    private Node split(GraphBuilder b, Node x) {
        long headDim = x.type().size(2) / heads;
        return b.permute(b.reshape(x, x.type().size(0), x.type().size(1), heads, headDim), 0, 2, 1, 3);
    }
}
