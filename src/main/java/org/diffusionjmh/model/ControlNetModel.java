package org.diffusionjmh.model;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.MovementOp;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.ReductionOp;

/**
 * A ControlNet (Zhang et al. 2023): a copy of a U-Net's down and middle blocks that sees a control picture beside the sample, and gives
 * what is to be added to the U-Net's own features.
 */
public final class ControlNetModel {
    private final ControlNetConfig config;

    public ControlNetModel(ControlNetConfig config) {
        this.config = config;
    }

    public ControlNetConfig config() {
        return config;
    }

    /**
     * The network for given sizes. Inputs, in this order:
     *
     * <ul>
     *   <li>{@code sample} [batch, in_channels, height, width]
     *   <li>{@code timestep} FP32 [1]
     *   <li>{@code encoder_hidden_states} [batch, textLength, cross_attention_dim]
     *   <li>{@code text_embeds} [batch, pooled] and {@code time_ids} FP32 [batch, 6], if {@code addition_embed_type} is text_time
     *   <li>{@code controlnet_cond} [batch, conditioning_channels, height * factor, width * factor], from 0 to 1; the factor is
     *       {@link ControlNetConfig#conditioningScaleFactor}
     *   <li>{@code conditioning_scale} FP32 [residuals]: what each residual is multiplied with, in the order of the outputs
     * </ul>
     *
     * <p>All but the first two are {@linkplain org.diffusionjmh.graph.SourceOp.Input#perRun per run}.
     *
     * <p>Outputs: {@code down_block_res_samples.i} and {@code mid_block_res_sample}, of the shapes and in the order of the further inputs
     * of {@link UNet2DConditionModel#graphWithResiduals}. Residuals that are averaged over the picture are spread over it again.
     *
     * @param batch rows of the ControlNet's batch, guidance included
     * @param height height of the latents
     * @param width width of the latents
     * @param textLength tokens per prompt
     * @param dtype of weights, sample, text and picture
     */
    public Graph graph(long batch, long height, long width, long textLength, DType dtype) {
        UNet2DConditionConfig unet = config.unet();
        GraphBuilder b = new GraphBuilder("controlnet", dtype);
        Node sample = b.input("sample", dtype, batch, unet.inChannels(), height, width);
        Node timestep = b.input("timestep", DType.FP32, 1);
        Node text = b.inputPerRun("encoder_hidden_states", dtype, batch, textLength, unet.crossAttentionDim());
        Node embedding = new TimeConditioning(unet).embed(b, timestep, batch);
        long factor = config.conditioningScaleFactor();
        Node picture = b.inputPerRun(
                "controlnet_cond", dtype, batch, config.conditioningChannels(), height * factor, width * factor);
        Node scales = b.cast(b.inputPerRun("conditioning_scale", DType.FP32, config.residuals()), dtype);

        UNetBlocks blocks = new UNetBlocks(unet, embedding, text);
        long channels = unet.blockOutChannels().get(0);
        Node x = b.in("conv_in").conv2d(sample, channels, unet.convInKernel(), 1, unet.convInKernel() / 2);
        x = b.add(x, pictureEmbedding(b.in("controlnet_cond_embedding"), picture, channels));
        Deque<Node> skips = new ArrayDeque<>();
        skips.push(x);
        for (int i = 0; i < unet.blocks(); i++) {
            x = blocks.down(b.in("down_blocks").in(i), i, x, skips);
        }
        GraphBuilder mid = b.in("mid_block");
        x = config.midBlockAttends() ? blocks.mid(mid, x) : blocks.plainMid(mid, x);

        int index = 0;
        for (Iterator<Node> skip = skips.descendingIterator(); skip.hasNext(); index++) {
            Node residual = residual(b.in("controlnet_down_blocks").in(index), skip.next(), scales, index);
            b.output("down_block_res_samples." + index, residual);
        }
        b.output("mid_block_res_sample", residual(b.in("controlnet_mid_block"), x, scales, index));
        return b.build();
    }

    private Node pictureEmbedding(GraphBuilder b, Node picture, long channels) {
        Node ordered = picture;
        if (config.bgr()) {
            Node[] planes = new Node[config.conditioningChannels()];
            for (int i = 0; i < planes.length; i++) {
                planes[planes.length - 1 - i] = b.slice(picture, 1, i, i + 1);
            }
            ordered = b.concat(1, planes);
        }
        return new ControlNetConditioningEmbedding(config.conditioningEmbeddingOutChannels())
                .apply(b, ordered, channels);
    }

    private Node residual(GraphBuilder b, Node x, Node scales, int index) {
        Node residual = b.conv2d(x, x.type().size(1), 1, 1, 0);
        Node scaled = b.multiply(residual, b.slice(scales, 0, index, index + 1));
        return config.globalPoolConditions()
                ? b.apply(new MovementOp.Expand(x.type().shape()), b.apply(new ReductionOp.PixelMean(), scaled))
                : scaled;
    }
}
