package org.diffusionjmh.model;

import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.PointwiseOp;

/**
 * Two convolutions behind a group norm and SiLU each, around which the input is added (He et al. 2016). Used by the U-Net, with a time
 * embedding, and by the VAE, without.
 *
 * @param groups groups of both norms
 * @param eps of both norms
 * @param outputScaleFactor the sum is divided by it
 */
record ResnetBlock2D(int groups, double eps, double outputScaleFactor) {
    /**
     * @param x [N, C, H, W]
     * @param timeEmbedding [N, time_embed_dim], or null for a block that knows no time
     * @return [N, outChannels, H, W]
     */
    Node apply(GraphBuilder b, Node x, Node timeEmbedding, long outChannels) {
        Node hidden = normSilu(b.in("norm1"), x);
        hidden = b.in("conv1").conv2d(hidden, outChannels, 3, 1, 1);
        if (timeEmbedding != null) {
            Node shift =
                    b.in("time_emb_proj").linear(b.apply(new PointwiseOp.Silu(), timeEmbedding), outChannels, true);
            hidden = b.add(hidden, b.reshape(shift, shift.type().size(0), outChannels, 1, 1));
        }
        hidden = normSilu(b.in("norm2"), hidden);
        hidden = b.in("conv2").conv2d(hidden, outChannels, 3, 1, 1);
        Node shortcut =
                x.type().size(1) == outChannels ? x : b.in("conv_shortcut").conv2d(x, outChannels, 1, 1, 0);
        return b.scale(b.add(shortcut, hidden), 1 / outputScaleFactor);
    }

    private Node normSilu(GraphBuilder b, Node x) {
        return b.apply(new PointwiseOp.Silu(), b.groupNorm(x, groups, eps));
    }
}
