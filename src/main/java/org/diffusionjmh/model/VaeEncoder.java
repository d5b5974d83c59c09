package org.diffusionjmh.model;

import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.MovementOp;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.PointwiseOp;

/** From an image to the moments of its latents' distribution. */
record VaeEncoder(AutoencoderKLConfig config) {
    /**
     * @param x [N, in_channels, H, W]
     * @return [N, 2 latent_channels, h, w], where h and w are H and W halved between blocks, rounded down each time
     */
    Node apply(GraphBuilder b, Node x) {
        int blocks = config.blockOutChannels().size();
        x = b.in("conv_in").conv2d(x, config.blockOutChannels().get(0), 3, 1, 1);
        for (int i = 0; i < blocks; i++) {
            x = block(b.in("down_blocks").in(i), x, config.blockOutChannels().get(i), i < blocks - 1);
        }
        x = new VaeMidBlock(config).apply(b.in("mid_block"), x);
        x = b.in("conv_norm_out").groupNorm(x, config.normNumGroups(), AutoencoderKLConfig.NORM_EPS);
        return b.in("conv_out").conv2d(b.apply(new PointwiseOp.Silu(), x), 2L * config.latentChannels(), 3, 1, 1);
    }

    private Node block(GraphBuilder b, Node x, long channels, boolean downsample) {
        for (int layer = 0; layer < config.layersPerBlock(); layer++) {
            x = config.resnet().apply(b.in("resnets").in(layer), x, null, channels);
        }
        if (!downsample) {
            return x;
        }
        Node padded = b.apply(new MovementOp.PadRightBottom(1, 1), x);
        return b.in("downsamplers").in(0).in("conv").conv2d(padded, channels, 3, 2, 0);
    }
}
