package org.diffusionjmh.model;

import java.util.List;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.PointwiseOp;

/**
 * Convolutions that bring a control picture to the resolution of latents.
 *
 * @param blockOutChannels channels from the picture's resolution downwards
 */
record ControlNetConditioningEmbedding(List<Integer> blockOutChannels) {
    /**
     * @param picture [N, conditioning_channels, H, W]
     * @return [N, outChannels, H / factor, W / factor], the factor being 2 to the number of entries less one
     */
    Node apply(GraphBuilder b, Node picture, long outChannels) {
        Node x = silu(b, b.in("conv_in").conv2d(picture, blockOutChannels.get(0), 3, 1, 1));
        GraphBuilder blocks = b.in("blocks");
        for (int i = 1; i < blockOutChannels.size(); i++) {
            x = silu(b, blocks.in(2 * i - 2).conv2d(x, blockOutChannels.get(i - 1), 3, 1, 1));
            x = silu(b, blocks.in(2 * i - 1).conv2d(x, blockOutChannels.get(i), 3, 2, 1));
        }
        return b.in("conv_out").conv2d(x, outChannels, 3, 1, 1);
    }

    private static Node silu(GraphBuilder b, Node x) {
        return b.apply(new PointwiseOp.Silu(), x);
    }
}
