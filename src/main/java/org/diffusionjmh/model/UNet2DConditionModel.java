package org.diffusionjmh.model;

import java.util.ArrayDeque;
import java.util.Deque;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.PointwiseOp;

/**
 * The denoiser of Stable Diffusion 1.x, 2.x and XL: a U-Net of residual blocks whose transformers attend to the text (Rombach et al.
 * 2022, Podell et al. 2023).
 */
public final class UNet2DConditionModel {
    private final UNet2DConditionConfig config;

    public UNet2DConditionModel(UNet2DConditionConfig config) {
        this.config = config;
    }

    public UNet2DConditionConfig config() {
        return config;
    }

    /**
     * The network for given sizes. Inputs, in this order:
     *
     * <ul>
     *   <li>{@code sample} [batch, in_channels, height, width]
     *   <li>{@code timestep} FP32 [1]
     *   <li>{@code encoder_hidden_states} [batch, textLength, cross_attention_dim]
     *   <li>{@code timestep_cond} [batch, time_cond_proj_dim], if the configuration has that dimension
     *   <li>{@code text_embeds} [batch, pooled] and {@code time_ids} FP32 [batch, 6], if {@code addition_embed_type} is text_time
     * </ul>
     *
     * <p>All but the first two are {@linkplain org.diffusionjmh.graph.SourceOp.Input#perRun per run}.
     *
     * <p>Output: {@code sample} [batch, out_channels, height, width].
     *
     * @param batch rows of the denoiser's batch, guidance included
     * @param height height of the latents
     * @param width width of the latents
     * @param textLength tokens per prompt
     * @param dtype of weights, sample and text
     */
    public Graph graph(long batch, long height, long width, long textLength, DType dtype) {
        return graph(batch, height, width, textLength, dtype, false);
    }

    /**
     * The same network with further inputs, which a ControlNet gives: {@code down_block_additional_residuals.i}, of the shape of what the
     * first convolution and each layer of the down blocks leave for the up blocks, added to it; and {@code
     * mid_block_additional_residual}, added to the middle block's result. Parameters as for {@link #graph}.
     */
    public Graph graphWithResiduals(long batch, long height, long width, long textLength, DType dtype) {
        return graph(batch, height, width, textLength, dtype, true);
    }

    private Graph graph(long batch, long height, long width, long textLength, DType dtype, boolean residuals) {
        GraphBuilder b = new GraphBuilder("unet", dtype);
        Node sample = b.input("sample", dtype, batch, config.inChannels(), height, width);
        Node timestep = b.input("timestep", DType.FP32, 1);
        Node text = b.inputPerRun("encoder_hidden_states", dtype, batch, textLength, config.crossAttentionDim());

        Node embedding = new TimeConditioning(config).embed(b, timestep, batch);
        UNetBlocks blocks = new UNetBlocks(config, embedding, text);

        Node x = b.in("conv_in")
                .conv2d(sample, config.blockOutChannels().get(0), config.convInKernel(), 1, config.convInKernel() / 2);
        Deque<Node> skips = new ArrayDeque<>();
        skips.push(x);
        for (int i = 0; i < config.blocks(); i++) {
            x = blocks.down(b.in("down_blocks").in(i), i, x, skips);
        }
        if (residuals) {
            addResiduals(b, skips);
        }
        x = blocks.mid(b.in("mid_block"), x);
        if (residuals) {
            x = b.add(x, residual(b, "mid_block_additional_residual", x));
        }
        for (int i = 0; i < config.blocks(); i++) {
            x = blocks.up(b.in("up_blocks").in(i), i, x, skips);
        }
        x = b.in("conv_norm_out").groupNorm(x, config.normNumGroups(), config.normEps());
        x = b.apply(new PointwiseOp.Silu(), x);
        x = b.in("conv_out").conv2d(x, config.outChannels(), config.convOutKernel(), 1, config.convOutKernel() / 2);
        b.output("sample", x);
        return b.build();
    }

    /** Adds an input to each skip, the first of the network first. */
    private static void addResiduals(GraphBuilder b, Deque<Node> skips) {
        for (int i = 0, count = skips.size(); i < count; i++) {
            Node skip = skips.removeLast();
            skips.push(b.add(skip, residual(b, "down_block_additional_residuals." + i, skip)));
        }
    }

    private static Node residual(GraphBuilder b, String label, Node like) {
        long[] shape = like.type().shape().stream().mapToLong(Long::longValue).toArray();
        return b.input(label, like.type().dtype(), shape);
    }
}
