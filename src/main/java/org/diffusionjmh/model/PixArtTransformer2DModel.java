package org.diffusionjmh.model;

import java.util.Optional;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.NormalizationOp;
import org.diffusionjmh.graph.PointwiseOp;

/** The denoiser of PixArt-alpha (Chen et al. 2023): a transformer over patches of the latents that attends to the text. */
public final class PixArtTransformer2DModel {
    private static final double PADDING_PENALTY = 10000;
    private static final double NORM_OUT_EPS = 1e-6;

    private final PixArtTransformer2DConfig config;

    public PixArtTransformer2DModel(PixArtTransformer2DConfig config) {
        this.config = config;
    }

    public PixArtTransformer2DConfig config() {
        return config;
    }

    /**
     * The network for given sizes. Inputs, in this order:
     *
     * <ul>
     *   <li>{@code sample} [batch, in_channels, height, width]
     *   <li>{@code timestep} FP32 [1]
     *   <li>{@code encoder_hidden_states} [batch, textLength, caption_channels]
     *   <li>{@code encoder_attention_mask} INT64 [batch, textLength], 1 for tokens and 0 for padding
     *   <li>{@code resolution} [1, 2], height and width in pixels, and {@code aspect_ratio} [1, 1], height over width, of all pictures of
     *       the batch, if the network takes additional conditions
     * </ul>
     *
     * <p>All but the first two are {@linkplain org.diffusionjmh.graph.SourceOp.Input#perRun per run}.
     *
     * <p>Output: {@code sample} [batch, out_channels, height, width].
     *
     * @param batch rows of the denoiser's batch, guidance included
     * @param height height of the latents; a multiple of the patches'
     * @param width width of the latents; a multiple of the patches'
     * @param textLength tokens per prompt
     * @param dtype of weights, sample, text and conditions
     */
    public Graph graph(long batch, long height, long width, long textLength, DType dtype) {
        GraphBuilder b = new GraphBuilder("transformer", dtype);
        Node sample = b.input("sample", dtype, batch, config.inChannels(), height, width);
        Node timestep = b.input("timestep", DType.FP32, 1);
        Node text = b.inputPerRun("encoder_hidden_states", dtype, batch, textLength, config.textDim());
        Node mask = b.inputPerRun("encoder_attention_mask", DType.INT64, batch, textLength);

        Node padding = AttentionPadding.scores(b, mask, PADDING_PENALTY);
        Node x = patches().apply(b.in("pos_embed"), sample);
        AdaLayerNormSingle.Modulation modulation =
                new AdaLayerNormSingle(config.innerDim()).apply(b.in("adaln_single"), timestep, size(b), batch);
        Node caption = config.captionChannels().isPresent() ? project(b.in("caption_projection"), text) : text;
        PixArtBlock block = new PixArtBlock(config);
        for (int i = 0; i < config.numLayers(); i++) {
            x = block.apply(b.in("transformer_blocks").in(i), x, caption, padding, modulation.blocks());
        }
        b.output("sample", toImage(b, head(b, x, modulation.embedding()), height, width));
        return b.build();
    }

    private PatchEmbed patches() {
        return new PatchEmbed(
                config.patchSize(),
                config.sampleSize() / config.patchSize(),
                config.interpolationScale(),
                config.innerDim());
    }

    private Optional<AdaLayerNormSingle.Size> size(GraphBuilder b) {
        return config.useAdditionalConditions()
                ? Optional.of(new AdaLayerNormSingle.Size(
                        b.inputPerRun("resolution", b.dtype(), 1, 2), b.inputPerRun("aspect_ratio", b.dtype(), 1, 1)))
                : Optional.empty();
    }

    private Node project(GraphBuilder b, Node text) {
        Node hidden = b.in("linear_1").linear(text, config.innerDim(), true);
        return b.in("linear_2").linear(b.apply(new PointwiseOp.GeluTanh(), hidden), config.innerDim(), true);
    }

    /** The patches' values, [N, L, patch_size * patch_size * out_channels]. */
    private Node head(GraphBuilder b, Node x, Node embedding) {
        long channels = config.innerDim();
        Node table = b.reshape(b.weight("scale_shift_table", 2, channels), 1, 2, channels);
        Node values = b.add(table, b.reshape(embedding, embedding.type().size(0), 1, channels));
        Node normed = b.apply(new NormalizationOp.LayerNorm(NORM_OUT_EPS), x);
        Node modulated = PixArtBlock.modulate(b, normed, b.slice(values, 1, 0, 1), b.slice(values, 1, 1, 2));
        return b.in("proj_out")
                .linear(modulated, (long) config.patchSize() * config.patchSize() * config.outChannels(), true);
    }

    private Node toImage(GraphBuilder b, Node x, long height, long width) {
        long batch = x.type().size(0);
        int patch = config.patchSize();
        Node patches = b.reshape(x, batch, height / patch, width / patch, patch, patch, config.outChannels());
        return b.reshape(b.permute(patches, 0, 5, 1, 3, 2, 4), batch, config.outChannels(), height, width);
    }
}
