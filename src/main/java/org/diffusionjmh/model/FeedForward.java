package org.diffusionjmh.model;

import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.PointwiseOp;

/**
 * The feed-forward layer of transformer blocks, four times as wide inside.
 *
 * @param activation what stands between its two products
 * @param gated whether the activation is of the second half of the first product, and gates the first half (Shazeer 2020)
 */
public record FeedForward(PointwiseOp activation, boolean gated) {
    static final FeedForward GEGLU = new FeedForward(new PointwiseOp.Gelu(), true);

    private static final int EXPANSION = 4;

    /**
     * @param b stands in the layer, whose products are {@code net.0.proj} and {@code net.2}
     * @param x [..., C]
     * @return [..., C]
     */
    Node apply(GraphBuilder b, Node x) {
        long channels = x.type().size(-1);
        long inner = EXPANSION * channels;
        GraphBuilder net = b.in("net");
        GraphBuilder projection = net.in(0).in("proj");
        if (!gated) {
            Node hidden = projection.linear(x, inner, true);
            return net.in(2).linear(net.apply(activation, hidden), channels, true);
        }
        Node both = projection.linear(x, 2 * inner, true);
        Node gate = net.apply(activation, net.slice(both, -1, inner, 2 * inner));
        return net.in(2).linear(net.multiply(net.slice(both, -1, 0, inner), gate), channels, true);
    }
}
