package org.diffusionjmh.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The {@code config.json} of a U-Net of Stable Diffusion 1.x, 2.x or XL. Lists have one entry per down block, from the highest
 * resolution to the lowest.
 *
 * @param sampleSize side of the latents the model was trained on
 * @param inChannels channels of the sample; 8 for InstructPix2Pix
 * @param outChannels channels of the prediction
 * @param flipSinToCos whether cosines come first in sinusoidal embeddings
 * @param freqShift shift of their frequencies
 * @param downBlockTypes block types from top to bottom
 * @param upBlockTypes block types from bottom to top
 * @param onlyCrossAttention whether self-attention is replaced by attention to the text
 * @param blockOutChannels channels
 * @param layersPerBlock residual blocks in a down block; an up block has one more
 * @param downsamplePadding padding of the strided convolutions
 * @param midBlockScaleFactor the middle block's residual sums are divided by it
 * @param normNumGroups groups of the group norms
 * @param normEps eps of the residual blocks' norms and of the last one
 * @param crossAttentionDim width of the text embeddings
 * @param transformerLayers transformer blocks of each layer of a down block; one entry stands for all layers
 * @param upTransformerLayers the same for the up blocks, from bottom to top
 * @param attentionHeads number of heads, in files called {@code attention_head_dim}
 * @param useLinearProjection whether transformers project by linear layers
 * @param additionEmbedding SDXL's embedding of pooled text and sizes
 * @param timeEmbedDim width of the time embedding
 * @param timeCondProjDim width of the guidance embedding of latent consistency models
 * @param convInKernel kernel of the first convolution
 * @param convOutKernel kernel of the last convolution
 */
public record UNet2DConditionConfig(
        int sampleSize,
        int inChannels,
        int outChannels,
        boolean flipSinToCos,
        int freqShift,
        List<UNetBlockType> downBlockTypes,
        List<UNetBlockType> upBlockTypes,
        List<Boolean> onlyCrossAttention,
        List<Integer> blockOutChannels,
        List<Integer> layersPerBlock,
        int downsamplePadding,
        double midBlockScaleFactor,
        int normNumGroups,
        double normEps,
        int crossAttentionDim,
        List<List<Integer>> transformerLayers,
        List<List<Integer>> upTransformerLayers,
        List<Integer> attentionHeads,
        boolean useLinearProjection,
        Optional<AdditionEmbedding> additionEmbedding,
        int timeEmbedDim,
        OptionalInt timeCondProjDim,
        int convInKernel,
        int convOutKernel) {
    private static final List<String> DOWN_BLOCKS =
            List.of("CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D");
    private static final List<String> UP_BLOCKS =
            List.of("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D");

    /**
     * Reads a configuration; absent keys have diffusers' defaults.
     *
     * @throws IllegalArgumentException naming file, key and value of what is not supported
     */
    public static UNet2DConditionConfig of(ModelConfig config) {
        List<UNetBlockType> down = downBlockTypes(config);
        List<UNetBlockType> up = blockTypes(config, "up_block_types", "UpBlock2D", UP_BLOCKS, down.size());
        UNet2DConditionConfig result = of(config, down, up, "attention_head_dim");
        config.supported("mid_block_type", "UNetMidBlock2DCrossAttn");
        config.off("num_attention_heads");
        config.finish();
        return result;
    }

    /**
     * Reads the configuration of a ControlNet as that of the U-Net whose down and middle blocks it has. That U-Net's up blocks, of which
     * the file says nothing, mirror them. The caller asks for the keys that only a ControlNet has, and finishes the file.
     */
    static UNet2DConditionConfig ofControlNet(ModelConfig config) {
        List<UNetBlockType> down = downBlockTypes(config);
        List<UNetBlockType> up = new ArrayList<>(down);
        Collections.reverse(up);
        boolean heads = !config.isUnset("num_attention_heads");
        config.ignore("attention_head_dim"); // means nothing beside a number of heads
        return of(config, down, up, heads ? "num_attention_heads" : "attention_head_dim");
    }

    private static UNet2DConditionConfig of(
            ModelConfig config, List<UNetBlockType> down, List<UNetBlockType> up, String heads) {
        List<Integer> channels = channels(config);
        int blocks = channels.size();
        List<List<Integer>> transformerLayers =
                config.sizeLists("transformer_layers_per_block", blocks, Collections.nCopies(blocks, List.of(1)));
        UNet2DConditionConfig result = new UNet2DConditionConfig(
                config.optionalSize("sample_size").orElse(64),
                config.size("in_channels", 4),
                config.size("out_channels", 4),
                config.flag("flip_sin_to_cos", true),
                config.integer("freq_shift", 0),
                down,
                up,
                config.flags("only_cross_attention", blocks, Collections.nCopies(blocks, false)),
                channels,
                config.sizes("layers_per_block", blocks, Collections.nCopies(blocks, 2)),
                config.integer("downsample_padding", 1),
                config.number("mid_block_scale_factor", 1),
                config.size("norm_num_groups", 32),
                config.number("norm_eps", 1e-5),
                crossAttentionDim(config, blocks),
                transformerLayers,
                upTransformerLayers(config, transformerLayers),
                config.sizes(heads, blocks, Collections.nCopies(blocks, 8)),
                config.flag("use_linear_projection", false),
                additionEmbedding(config),
                config.optionalSize("time_embedding_dim").orElse(4 * channels.get(0)),
                config.optionalSize("time_cond_proj_dim"),
                config.size("conv_in_kernel", 3),
                config.size("conv_out_kernel", 3));
        refuseOtherFeatures(config);
        return result;
    }

    /** Number of down blocks, which is that of up blocks. */
    public int blocks() {
        return blockOutChannels.size();
    }

    /**
     * Index of a skip connection, counted from the first convolution's, which is 0.
     *
     * @param layerId the down block it comes from, from the top
     * @param blockId which of that block's: its residual blocks from 0 on, then its downsampling
     * @throws IllegalArgumentException if there is no such block, or it has no such skip connection
     */
    public int skip(int layerId, int blockId) {
        requireRange("cache_layer_id", layerId, blocks(), "the U-Net has " + blocks() + " down blocks");
        requireRange(
                "cache_block_id",
                blockId,
                skips(layerId),
                "down block " + layerId + " has " + layersPerBlock.get(layerId) + " residual blocks, and "
                        + (isLast(layerId) ? "no downsampling" : "a downsampling after them"));
        return 1 + IntStream.range(0, layerId).map(this::skips).sum() + blockId;
    }

    private int skips(int block) {
        return layersPerBlock.get(block) + (isLast(block) ? 0 : 1);
    }

    private boolean isLast(int block) {
        return block == blocks() - 1;
    }

    private static void requireRange(String name, int id, int count, String reason) {
        if (id < 0 || id >= count) {
            throw new IllegalArgumentException(name + " is " + id + ", want 0 to " + (count - 1) + ": " + reason);
        }
    }

    int downTransformerLayers(int block, int layer) {
        return ofLayer(transformerLayers.get(block), layer);
    }

    int midTransformerLayers() {
        return ofLayer(transformerLayers.get(blocks() - 1), 0);
    }

    int upTransformerLayers(int block, int layer) {
        return ofLayer(upTransformerLayers.get(block), layer);
    }

    private static int ofLayer(List<Integer> perLayer, int layer) {
        return perLayer.size() == 1 ? perLayer.get(0) : perLayer.get(layer);
    }

    private static List<Integer> channels(ModelConfig config) {
        return config.sizes("block_out_channels", List.of(320, 640, 1280, 1280));
    }

    private static List<UNetBlockType> downBlockTypes(ModelConfig config) {
        return blockTypes(
                config,
                "down_block_types",
                "DownBlock2D",
                DOWN_BLOCKS,
                channels(config).size());
    }

    private static List<UNetBlockType> blockTypes(
            ModelConfig config, String key, String plain, List<String> otherwise, int blocks) {
        String attending = "CrossAttn" + plain;
        List<String> names = config.texts(key, otherwise);
        if (names.size() != blocks || !Set.of(plain, attending).containsAll(names)) {
            throw config.unsupported(key, blocks + " of " + plain + " and " + attending);
        }
        return names.stream()
                .map(name -> name.equals(plain) ? UNetBlockType.PLAIN : UNetBlockType.CROSS_ATTENTION)
                .toList();
    }

    private static int crossAttentionDim(ModelConfig config, int blocks) {
        Set<Integer> dims =
                new HashSet<>(config.sizes("cross_attention_dim", blocks, Collections.nCopies(blocks, 1280)));
        if (dims.size() > 1) {
            throw config.unsupported("cross_attention_dim", "one width for all blocks");
        }
        return dims.iterator().next();
    }

    private static List<List<Integer>> upTransformerLayers(ModelConfig config, List<List<Integer>> down) {
        List<List<Integer>> mirrored = new ArrayList<>(down);
        Collections.reverse(mirrored);
        if (config.isUnset("reverse_transformer_layers_per_block")) {
            return mirrored;
        }
        return config.sizeLists("reverse_transformer_layers_per_block", down.size(), mirrored);
    }

    private static Optional<AdditionEmbedding> additionEmbedding(ModelConfig config) {
        config.supported("addition_embed_type", null, "text_time");
        OptionalInt timeEmbedDim = config.optionalSize("addition_time_embed_dim");
        OptionalInt inputDim = config.optionalSize("projection_class_embeddings_input_dim");
        return config.optionalText("addition_embed_type").map(type -> {
            if (timeEmbedDim.isEmpty() || inputDim.isEmpty()) {
                throw config.unsupported(
                        "addition_embed_type",
                        "text_time together with addition_time_embed_dim and projection_class_embeddings_input_dim");
            }
            return new AdditionEmbedding(timeEmbedDim.getAsInt(), inputDim.getAsInt());
        });
    }

    private static void refuseOtherFeatures(ModelConfig config) {
        config.supported("act_fn", "silu", "swish");
        config.supported("attention_type", "default");
        config.supported("resnet_time_scale_shift", "default");
        config.supported("time_embedding_type", "positional");
        config.supported("resnet_out_scale_factor", 1, 1.0);
        config.off(
                "center_input_sample",
                "class_embed_type",
                "class_embeddings_concat",
                "cross_attention_norm",
                "dual_cross_attention",
                "encoder_hid_dim",
                "encoder_hid_dim_type",
                "num_class_embeds",
                "resnet_skip_time_act",
                "time_embedding_act_fn",
                "timestep_post_act");
        // Of other embedding types and mid blocks only. Fused attention keeps scores in float32, which is what
        // upcast_attention asks for.
        config.ignore("addition_embed_type_num_heads", "mid_block_only_cross_attention", "upcast_attention");
    }
}
