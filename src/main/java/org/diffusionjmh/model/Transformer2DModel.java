package org.diffusionjmh.model;

import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;

/**
 * A transformer over the pixels of a feature map: self-attention, attention to the text, and a gated feed-forward layer, per block.
 *
 * @param heads attention heads
 * @param layers transformer blocks
 * @param groups groups of the norm before the first block
 * @param linearProjection whether pixels are projected by linear layers or by 1x1 convolutions
 * @param onlyCrossAttention whether the first attention of a block attends to the text as well
 */
record Transformer2DModel(int heads, int layers, int groups, boolean linearProjection, boolean onlyCrossAttention) {
    private static final double GROUP_NORM_EPS = 1e-6;
    private static final double LAYER_NORM_EPS = 1e-5;

    /**
     * @param x [N, C, H, W]
     * @param text [N, S, cross_attention_dim]
     * @return [N, C, H, W]
     */
    Node apply(GraphBuilder b, Node x, Node text) {
        long channels = x.type().size(1);
        Node hidden = b.in("norm").groupNorm(x, groups, GROUP_NORM_EPS);
        if (linearProjection) {
            hidden = b.in("proj_in").linear(toSequence(b, hidden), channels, true);
        } else {
            hidden = toSequence(b, b.in("proj_in").conv2d(hidden, channels, 1, 1, 0));
        }
        for (int i = 0; i < layers; i++) {
            hidden = block(b.in("transformer_blocks").in(i), hidden, text);
        }
        if (linearProjection) {
            hidden = toImage(b, b.in("proj_out").linear(hidden, channels, true), x);
        } else {
            hidden = b.in("proj_out").conv2d(toImage(b, hidden, x), channels, 1, 1, 0);
        }
        return b.add(hidden, x);
    }

    private Node block(GraphBuilder b, Node x, Node text) {
        Attention attention = new Attention(heads, false);
        Node hidden = b.in("norm1").layerNorm(x, LAYER_NORM_EPS);
        hidden = b.add(attention.apply(b.in("attn1"), hidden, onlyCrossAttention ? text : hidden), x);
        Node normed = b.in("norm2").layerNorm(hidden, LAYER_NORM_EPS);
        hidden = b.add(attention.apply(b.in("attn2"), normed, text), hidden);
        Node normed3 = b.in("norm3").layerNorm(hidden, LAYER_NORM_EPS);
        return b.add(FeedForward.GEGLU.apply(b.in("ff"), normed3), hidden);
    }

    private static Node toSequence(GraphBuilder b, Node x) {
        long pixels = x.type().size(2) * x.type().size(3);
        return b.reshape(
                b.permute(x, 0, 2, 3, 1), x.type().size(0), pixels, x.type().size(1));
    }

    private static Node toImage(GraphBuilder b, Node x, Node like) {
        Node image = b.reshape(
                x,
                like.type().size(0),
                like.type().size(2),
                like.type().size(3),
                like.type().size(1));
        return b.permute(image, 0, 3, 1, 2);
    }
}
