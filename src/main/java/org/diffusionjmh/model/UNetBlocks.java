package org.diffusionjmh.model;

import java.util.Deque;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.MovementOp;
import org.diffusionjmh.graph.Node;

/** The down, mid and up blocks of a U-Net, for one time embedding and one text. */
final class UNetBlocks {
    private final UNet2DConditionConfig config;
    private final Node timeEmbedding;
    private final Node text;

    UNetBlocks(UNet2DConditionConfig config, Node timeEmbedding, Node text) {
        this.config = config;
        this.timeEmbedding = timeEmbedding;
        this.text = text;
    }

    /** Halves the resolution, except in the last block; what each layer gives is pushed onto the skips. */
    Node down(GraphBuilder b, int index, Node x, Deque<Node> skips) {
        long channels = config.blockOutChannels().get(index);
        for (int layer = 0; layer < config.layersPerBlock().get(index); layer++) {
            x = resnet(b.in("resnets").in(layer), x, channels);
            if (config.downBlockTypes().get(index).attends()) {
                Transformer2DModel transformer = transformer(
                        index,
                        config.downTransformerLayers(index, layer),
                        config.onlyCrossAttention().get(index));
                x = transformer.apply(b.in("attentions").in(layer), x, text);
            }
            skips.push(x);
        }
        if (index < config.blocks() - 1) {
            GraphBuilder downsampler = b.in("downsamplers").in(0).in("conv");
            if (config.downsamplePadding() == 0) {
                x = b.apply(new MovementOp.PadRightBottom(1, 1), x);
            }
            x = downsampler.conv2d(x, channels, 3, 2, config.downsamplePadding());
            skips.push(x);
        }
        return x;
    }

    Node mid(GraphBuilder b, Node x) {
        int last = config.blocks() - 1;
        long channels = config.blockOutChannels().get(last);
        x = plainMid(b, x);
        Transformer2DModel transformer = transformer(last, config.midTransformerLayers(), false);
        x = transformer.apply(b.in("attentions").in(0), x, text);
        return midResnet().apply(b.in("resnets").in(1), x, timeEmbedding, channels);
    }

    /** The middle block of networks without a transformer there. */
    Node plainMid(GraphBuilder b, Node x) {
        return midResnet()
                .apply(b.in("resnets").in(0), x, timeEmbedding, x.type().size(1));
    }

    private ResnetBlock2D midResnet() {
        return new ResnetBlock2D(config.normNumGroups(), config.normEps(), config.midBlockScaleFactor());
    }

    /** Joins each layer with a skip; doubles the resolution, except in the last block, to the size of the next skip. */
    Node up(GraphBuilder b, int index, Node x, Deque<Node> skips) {
        int mirrored = config.blocks() - 1 - index;
        long channels = config.blockOutChannels().get(mirrored);
        for (int layer = 0; layer <= config.layersPerBlock().get(mirrored); layer++) {
            x = resnet(b.in("resnets").in(layer), b.concat(1, x, skips.pop()), channels);
            if (config.upBlockTypes().get(index).attends()) {
                Transformer2DModel transformer = transformer(
                        mirrored,
                        config.upTransformerLayers(index, layer),
                        config.onlyCrossAttention().get(mirrored));
                x = transformer.apply(b.in("attentions").in(layer), x, text);
            }
        }
        if (index < config.blocks() - 1) {
            Node next = skips.peek();
            x = b.apply(
                    new MovementOp.UpsampleNearest(
                            next.type().size(2), next.type().size(3)),
                    x);
            x = b.in("upsamplers").in(0).in("conv").conv2d(x, channels, 3, 1, 1);
        }
        return x;
    }

    private Node resnet(GraphBuilder b, Node x, long channels) {
        return new ResnetBlock2D(config.normNumGroups(), config.normEps(), 1).apply(b, x, timeEmbedding, channels);
    }

    private Transformer2DModel transformer(int block, int layers, boolean onlyCrossAttention) {
        return new Transformer2DModel(
                config.attentionHeads().get(block),
                layers,
                config.normNumGroups(),
                config.useLinearProjection(),
                onlyCrossAttention);
    }
}
