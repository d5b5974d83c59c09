package org.diffusionjmh.model;

import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.MovementOp;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.PointwiseOp;

/** From latents to an image. */
record VaeDecoder(AutoencoderKLConfig config) {
    /**
     * @param x [N, latent_channels, h, w]
     * @return [N, out_channels, f h, f w] with f the {@link AutoencoderKLConfig#vaeScaleFactor}
     */
    Node apply(GraphBuilder b, Node x) {
        int blocks = config.blockOutChannels().size();
        x = b.in("conv_in").conv2d(x, config.blockOutChannels().get(blocks - 1), 3, 1, 1);
        x = new VaeMidBlock(config).apply(b.in("mid_block"), x);
        for (int i = 0; i < blocks; i++) {
            x = block(b.in("up_blocks").in(i), x, config.blockOutChannels().get(blocks - 1 - i), i < blocks - 1);
        }
        x = b.in("conv_norm_out").groupNorm(x, config.normNumGroups(), AutoencoderKLConfig.NORM_EPS);
        return b.in("conv_out").conv2d(b.apply(new PointwiseOp.Silu(), x), config.outChannels(), 3, 1, 1);
    }

    private Node block(GraphBuilder b, Node x, long channels, boolean upsample) {
        for (int layer = 0; layer <= config.layersPerBlock(); layer++) {
            x = config.resnet().apply(b.in("resnets").in(layer), x, null, channels);
        }
        if (!upsample) {
            return x;
        }
        MovementOp doubled = new MovementOp.UpsampleNearest(
                2 * x.type().size(2), 2 * x.type().size(3));
        return b.in("upsamplers").in(0).in("conv").conv2d(b.apply(doubled, x), channels, 3, 1, 1);
    }
}
