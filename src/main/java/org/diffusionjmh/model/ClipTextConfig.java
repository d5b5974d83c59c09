package org.diffusionjmh.model;

import org.diffusionjmh.graph.PointwiseOp;

/**
 * The {@code config.json} of a CLIP text encoder.
 *
 * @param vocabSize rows of the token table
 * @param hiddenSize width of the hidden states
 * @param intermediateSize width inside the feed-forward part
 * @param projectionDim width of the projected text; only {@link CLIPTextModelWithProjection} uses it
 * @param numHiddenLayers number of transformer layers
 * @param numAttentionHeads number of heads; divides the hidden size
 * @param maxPositionEmbeddings tokens per prompt
 * @param hiddenAct activation of the feed-forward part
 * @param layerNormEps eps of all layer norms
 * @param eosTokenId the token whose row is projected; see {@link CLIPTextModelWithProjection#eosPositions}
 */
public record ClipTextConfig(
        int vocabSize,
        int hiddenSize,
        int intermediateSize,
        int projectionDim,
        int numHiddenLayers,
        int numAttentionHeads,
        int maxPositionEmbeddings,
        PointwiseOp hiddenAct,
        double layerNormEps,
        int eosTokenId) {

    /**
     * Reads a configuration; absent keys have transformers' defaults.
     *
     * @throws IllegalArgumentException naming file, key and value of what is not supported
     */
    public static ClipTextConfig of(ModelConfig config) {
        ClipTextConfig result = new ClipTextConfig(
                config.size("vocab_size", 49408),
                config.size("hidden_size", 512),
                config.size("intermediate_size", 2048),
                config.size("projection_dim", 512),
                config.size("num_hidden_layers", 12),
                config.size("num_attention_heads", 8),
                config.size("max_position_embeddings", 77),
                hiddenAct(config),
                config.number("layer_norm_eps", 1e-5),
                config.integer("eos_token_id", 49407));
        if (result.hiddenSize % result.numAttentionHeads != 0) {
            throw config.unsupported("num_attention_heads", "a divisor of hidden_size, which is " + result.hiddenSize);
        }
        config.ignore("bos_token_id", "pad_token_id"); // the tokenizer's business
        config.finish();
        return result;
    }

    private static PointwiseOp hiddenAct(ModelConfig config) {
        String name = config.text("hidden_act", "quick_gelu");
        return switch (name) {
            case "quick_gelu" -> new PointwiseOp.QuickGelu();
            case "gelu" -> new PointwiseOp.Gelu();
            case "gelu_new", "gelu_pytorch_tanh" -> new PointwiseOp.GeluTanh();
            default -> throw config.unsupported("hidden_act", "quick_gelu", "gelu", "gelu_new", "gelu_pytorch_tanh");
        };
    }
}
