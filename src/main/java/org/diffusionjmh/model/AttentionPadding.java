package org.diffusionjmh.model;

import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.PointwiseOp;

/** Padding masks as numbers to add to attention scores. */
final class AttentionPadding {
    private AttentionPadding() {}

    /**
     * {@code (1 - mask) * -penalty}.
     *
     * @param mask INT64 [N, S], 1 for tokens and 0 for padding
     * @param penalty how far the scores of padding are lowered
     * @return [N, 1, 1, S]
     */
    static Node scores(GraphBuilder b, Node mask, double penalty) {
        Node penalties = b.scale(b.cast(mask, b.dtype()), penalty);
        return b.reshape(
                b.apply(new PointwiseOp.Offset(-penalty), penalties),
                mask.type().size(0),
                1,
                1,
                mask.type().size(1));
    }
}
