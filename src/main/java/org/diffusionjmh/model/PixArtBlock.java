package org.diffusionjmh.model;

import java.util.Optional;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.NormalizationOp;
import org.diffusionjmh.graph.PointwiseOp;

/** A block of a PixArt transformer: self-attention, attention to the text, feed-forward layer. */
record PixArtBlock(PixArtTransformer2DConfig config) {
    /** What a modulated layer is shifted by, scaled by and multiplied with in the end, [N, 1, C] each. */
    private record Modulated(Node shift, Node scale, Node gate) {}

    /**
     * @param x [N, L, C]
     * @param text [N, S, cross_attention_dim]
     * @param padding added to the scores of the text's tokens [N, 1, 1, S]
     * @param modulation of all blocks [N, 6, C]; the block has an offset of its own to it
     * @return [N, L, C]
     */
    Node apply(GraphBuilder b, Node x, Node text, Node padding, Node modulation) {
        long channels = config.innerDim();
        Node table = b.weight("scale_shift_table", AdaLayerNormSingle.VALUES_PER_BLOCK, channels);
        Node values = b.add(b.reshape(table, 1, AdaLayerNormSingle.VALUES_PER_BLOCK, channels), modulation);
        Attention attention = new Attention(config.numAttentionHeads(), config.attentionBias());

        Modulated first = modulated(b, values, 0);
        Node normed = modulate(b, norm(b.in("norm1"), x), first.shift(), first.scale());
        x = b.add(b.multiply(first.gate(), attention.apply(b.in("attn1"), normed, normed)), x);
        if (config.crossAttentionDim().isPresent()) {
            x = b.add(attention.apply(b.in("attn2"), x, text, Optional.of(padding)), x);
        }
        Modulated second = modulated(b, values, 3);
        Node normed2 = modulate(b, norm(b.in("norm2"), x), second.shift(), second.scale());
        Node forwarded = config.feedForward().apply(b.in("ff"), normed2);
        return b.add(b.multiply(second.gate(), forwarded), x);
    }

    /** {@code x (1 + scale) + shift}. */
    static Node modulate(GraphBuilder b, Node x, Node shift, Node scale) {
        return b.add(b.multiply(x, b.apply(new PointwiseOp.Offset(1), scale)), shift);
    }

    private static Modulated modulated(GraphBuilder b, Node values, int first) {
        return new Modulated(
                b.slice(values, 1, first, first + 1),
                b.slice(values, 1, first + 1, first + 2),
                b.slice(values, 1, first + 2, first + 3));
    }

    private Node norm(GraphBuilder b, Node x) {
        return config.normElementwiseAffine()
                ? b.layerNorm(x, config.normEps())
                : b.apply(new NormalizationOp.LayerNorm(config.normEps()), x);
    }
}
