package org.diffusionjmh.model;

import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;

/** The lowest resolution of encoder and decoder: two residual blocks with self-attention of one head, over all pixels, in between. */
record VaeMidBlock(AutoencoderKLConfig config) {
    /** x and result: [N, C, H, W]. */
    Node apply(GraphBuilder b, Node x) {
        ResnetBlock2D resnet = config.resnet();
        long channels = x.type().size(1);
        x = resnet.apply(b.in("resnets").in(0), x, null, channels);
        if (config.midBlockAddAttention()) {
            x = attention(b.in("attentions").in(0), x);
        }
        return resnet.apply(b.in("resnets").in(1), x, null, channels);
    }

    private Node attention(GraphBuilder b, Node x) {
        long batch = x.type().size(0);
        long channels = x.type().size(1);
        long pixels = x.type().size(2) * x.type().size(3);
        Node normed = b.in("group_norm").groupNorm(x, config.normNumGroups(), AutoencoderKLConfig.NORM_EPS);
        Node sequence = b.permute(b.reshape(normed, batch, channels, pixels), 0, 2, 1);
        Node q = b.reshape(b.in("to_q").linear(sequence, channels, true), batch, 1, pixels, channels);
        Node k = b.reshape(b.in("to_k").linear(sequence, channels, true), batch, 1, pixels, channels);
        Node v = b.reshape(b.in("to_v").linear(sequence, channels, true), batch, 1, pixels, channels);
        Node attended = b.reshape(b.attention(q, k, v, false), batch, pixels, channels);
        Node projected = b.permute(b.in("to_out").in(0).linear(attended, channels, true), 0, 2, 1);
        return b.add(
                x,
                b.reshape(projected, batch, channels, x.type().size(2), x.type().size(3)));
    }
}
