package org.diffusionjmh.model;

import org.diffusionjmh.graph.PointwiseOp;

/**
 * The {@code config.json} of a T5 encoder.
 *
 * @param vocabSize rows of the token table
 * @param dModel width of the hidden states
 * @param dKv width of a head
 * @param dFf width inside the feed-forward layers
 * @param numLayers transformer blocks
 * @param numHeads heads of all attention
 * @param relativeAttentionNumBuckets how many kinds of distance there are between tokens, both directions together
 * @param relativeAttentionMaxDistance from which all distances are alike
 * @param layerNormEpsilon eps of all norms
 * @param activation of the feed-forward layers
 * @param gated whether a second product is multiplied with the activation's result
 */
public record T5Config(
        int vocabSize,
        int dModel,
        int dKv,
        int dFf,
        int numLayers,
        int numHeads,
        int relativeAttentionNumBuckets,
        int relativeAttentionMaxDistance,
        double layerNormEpsilon,
        PointwiseOp activation,
        boolean gated) {
    private static final String BUCKETS = "relative_attention_num_buckets";
    private static final String MAX_DISTANCE = "relative_attention_max_distance";
    private static final String PROJECTION = "feed_forward_proj";
    private static final String GATED = "gated-";

    /** Two directions, and in each a distance of its own and one for all that are larger. */
    private static final int FEWEST_BUCKETS = 4;

    /**
     * Reads a configuration; absent keys have transformers' defaults.
     *
     * @throws IllegalArgumentException naming file, key and value of what is not supported
     */
    public static T5Config of(ModelConfig config) {
        String projection = config.text(PROJECTION, "relu");
        boolean gated = projection.startsWith(GATED);
        T5Config result = new T5Config(
                config.size("vocab_size", 32128),
                config.size("d_model", 512),
                config.size("d_kv", 64),
                config.size("d_ff", 2048),
                config.size("num_layers", 6),
                config.size("num_heads", 8),
                config.size(BUCKETS, 32),
                config.size(MAX_DISTANCE, 128),
                config.number("layer_norm_epsilon", 1e-6),
                activation(config, gated ? projection.substring(GATED.length()) : projection, gated),
                gated);
        if (result.relativeAttentionNumBuckets < FEWEST_BUCKETS) {
            throw config.unsupported(BUCKETS, "at least " + FEWEST_BUCKETS);
        }
        if (result.relativeAttentionMaxDistance <= result.exactDistances()) {
            throw config.unsupported(MAX_DISTANCE, "more than a quarter of " + BUCKETS);
        }
        refuseOtherFeatures(config);
        return result;
    }

    /** Number of distances, 0 included, that have a bucket of their own in each direction. */
    int exactDistances() {
        return relativeAttentionNumBuckets / 2 / 2;
    }

    private static PointwiseOp activation(ModelConfig config, String name, boolean gated) {
        return switch (name) {
            case "relu" -> new PointwiseOp.Relu();
            case "silu", "swish" -> new PointwiseOp.Silu();
            case "gelu" -> gated ? new PointwiseOp.GeluTanh() : new PointwiseOp.Gelu(); // transformers' special case
            case "gelu_new", "gelu_pytorch_tanh" -> new PointwiseOp.GeluTanh();
            case "quick_gelu" -> new PointwiseOp.QuickGelu();
            default ->
                throw config.unsupported(
                        PROJECTION, "relu, silu, gelu, gelu_new, quick_gelu", "the same after '" + GATED + "'");
        };
    }

    private static void refuseOtherFeatures(ModelConfig config) {
        config.off("is_decoder");
        config.ignore( // of the tokenizer, the decoder and training, or told by feed_forward_proj
                "bos_token_id",
                "classifier_dropout",
                "decoder_start_token_id",
                "dense_act_fn",
                "dropout_rate",
                "eos_token_id",
                "is_encoder_decoder",
                "is_gated_act",
                "n_positions",
                "num_decoder_layers",
                "output_past",
                "pad_token_id",
                "scale_decoder_outputs",
                "task_specific_params",
                "tie_word_embeddings",
                "use_cache");
        config.finish();
    }
}
