package org.diffusionjmh.model;

import java.util.OptionalInt;
import org.diffusionjmh.graph.PointwiseOp;

/**
 * The {@code config.json} of a PixArt transformer. Old snapshots call its class Transformer2DModel.
 *
 * @param sampleSize side of the latents that it was trained for
 * @param inChannels channels of the sample
 * @param outChannels channels of the output: twice as many if it predicts variances as well
 * @param patchSize side of the latents' patches
 * @param numLayers transformer blocks
 * @param numAttentionHeads heads of all attention
 * @param attentionHeadDim width of a head
 * @param crossAttentionDim width of the text in the blocks; empty: they don't attend to it
 * @param captionChannels width of the text encoder's output, which is projected; empty: it is taken as it is
 * @param attentionBias whether queries, keys and values have a bias
 * @param feedForward the feed-forward layers
 * @param normElementwiseAffine whether the blocks' norms have weights
 * @param normEps eps of the blocks' norms
 * @param interpolationScale divides the patches' places
 * @param useAdditionalConditions whether it is told the picture's resolution and aspect ratio
 */
public record PixArtTransformer2DConfig(
        int sampleSize,
        int inChannels,
        int outChannels,
        int patchSize,
        int numLayers,
        int numAttentionHeads,
        int attentionHeadDim,
        OptionalInt crossAttentionDim,
        OptionalInt captionChannels,
        boolean attentionBias,
        FeedForward feedForward,
        boolean normElementwiseAffine,
        double normEps,
        double interpolationScale,
        boolean useAdditionalConditions) {
    private static final int CONDITIONED_SAMPLE_SIZE = 128;
    private static final int UNSCALED_SAMPLE_SIZE = 64;
    private static final String CROSS_ATTENTION_DIM = "cross_attention_dim";
    private static final String ACTIVATION = "activation_fn";

    /**
     * Reads a configuration; absent keys have diffusers' defaults.
     *
     * @throws IllegalArgumentException naming file, key and value of what is not supported
     */
    public static PixArtTransformer2DConfig of(ModelConfig config) {
        int sampleSize = config.size("sample_size", CONDITIONED_SAMPLE_SIZE);
        int inChannels = config.size("in_channels", 4);
        PixArtTransformer2DConfig result = new PixArtTransformer2DConfig(
                sampleSize,
                inChannels,
                optionalSize(config, "out_channels", 8).orElse(inChannels),
                config.size("patch_size", 2),
                config.size("num_layers", 28),
                config.size("num_attention_heads", 16),
                config.size("attention_head_dim", 72),
                optionalSize(config, CROSS_ATTENTION_DIM, 1152),
                config.optionalSize("caption_channels"),
                config.flag("attention_bias", true),
                feedForward(config),
                config.flag("norm_elementwise_affine", false),
                config.number("norm_eps", 1e-6),
                interpolationScale(config, sampleSize),
                config.isUnset("use_additional_conditions")
                        ? sampleSize == CONDITIONED_SAMPLE_SIZE
                        : config.flag("use_additional_conditions", false));
        result.requireFitting(config);
        refuseOtherFeatures(config);
        return result;
    }

    /** Width of the hidden states. */
    public int innerDim() {
        return numAttentionHeads * attentionHeadDim;
    }

    /** Width of the text as the network takes it. */
    public int textDim() {
        return captionChannels.orElseGet(() -> crossAttentionDim.orElse(innerDim()));
    }

    private void requireFitting(ModelConfig config) {
        if (captionChannels.isPresent()
                && crossAttentionDim.isPresent()
                && crossAttentionDim.getAsInt() != innerDim()) {
            throw config.unsupported(
                    CROSS_ATTENTION_DIM, innerDim() + ", the heads' width, to which caption_channels are projected");
        }
        int divisor = useAdditionalConditions ? 12 : 4;
        if (innerDim() % divisor != 0) {
            throw config.unsupported(
                    "attention_head_dim", "a width that makes a multiple of " + divisor + " of all heads together");
        }
        if (patchSize > sampleSize) {
            throw config.unsupported("patch_size", "at most sample_size, which is " + sampleSize);
        }
    }

    /** Unlike {@link ModelConfig#optionalSize}, absent is not null. */
    private static OptionalInt optionalSize(ModelConfig config, String key, int otherwise) {
        return config.has(key) ? config.optionalSize(key) : OptionalInt.of(otherwise);
    }

    private static FeedForward feedForward(ModelConfig config) {
        String activation = config.text(ACTIVATION, "gelu-approximate");
        return switch (activation) {
            case "gelu" -> new FeedForward(new PointwiseOp.Gelu(), false);
            case "gelu-approximate" -> new FeedForward(new PointwiseOp.GeluTanh(), false);
            case "geglu" -> FeedForward.GEGLU;
            case "geglu-approximate" ->
                new FeedForward(new PointwiseOp.QuickGelu(), false); // no gate in spite of its name
            case "swiglu" -> new FeedForward(new PointwiseOp.Silu(), true);
            case "linear-silu" -> new FeedForward(new PointwiseOp.Silu(), false);
            default ->
                throw config.unsupported(
                        ACTIVATION, "gelu", "gelu-approximate", "geglu", "geglu-approximate", "swiglu", "linear-silu");
        };
    }

    private static double interpolationScale(ModelConfig config, int sampleSize) {
        if (config.isUnset("interpolation_scale")) {
            return Math.max(sampleSize / UNSCALED_SAMPLE_SIZE, 1);
        }
        double scale = config.number("interpolation_scale", 1);
        if (scale <= 0) {
            throw config.unsupported("interpolation_scale", "a number above 0");
        }
        return scale;
    }

    private static void refuseOtherFeatures(ModelConfig config) {
        config.supported("norm_type", "ada_norm_single");
        config.supported("attention_type", "default");
        config.off("double_self_attention", "num_vector_embeds", "only_cross_attention");
        // Of other norms and inputs only. Fused attention keeps scores in float32, which is what upcast_attention asks
        // for.
        config.ignore("norm_num_groups", "num_embeds_ada_norm", "upcast_attention", "use_linear_projection");
        config.finish();
    }
}
