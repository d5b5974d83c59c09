package org.diffusionjmh.model;

import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.LookupOp;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.NormalizationOp;

/**
 * The encoder of T5 (Raffel et al. 2020), versions 1.0 and 1.1: norms in front that only scale, and distances between tokens added to the
 * scores instead of positions to the tokens.
 *
 * <p>Half precision overflows in it. As in transformers, FP16 leaves the feed-forward layers' second product in FP32, and with it all that
 * is summed over the layers from the first of them on.
 */
public final class T5EncoderModel {
    private final T5Config config;

    public T5EncoderModel(T5Config config) {
        this.config = config;
    }

    public T5Config config() {
        return config;
    }

    /**
     * The encoder for a number of prompts. Inputs: {@code input_ids} INT64 [batch, length], {@code attention_mask} INT64 [batch, length],
     * 1 for tokens and 0 for padding. Output: {@code hidden_state} [batch, length, d_model].
     *
     * @param length tokens per prompt
     * @param dtype of weights and output
     */
    public Graph graph(long batch, long length, DType dtype) {
        GraphBuilder b = new GraphBuilder("text_encoder", dtype);
        Node ids = b.input("input_ids", DType.INT64, batch, length);
        Node mask = b.input("attention_mask", DType.INT64, batch, length);
        Node table = b.in("shared").weight("weight", config.vocabSize(), config.dModel());
        Node x = b.in("shared").apply(new LookupOp.Embedding(), table, ids);

        GraphBuilder encoder = b.in("encoder");
        GraphBuilder blocks = encoder.in("block");
        Node distances = new T5RelativePositions(config)
                .scores(blocks.in(0).in("layer").in(0).in("SelfAttention").in("relative_attention_bias"), length);
        Node scores = b.add(distances, AttentionPadding.scores(b, mask, T5Block.largest(dtype)));
        for (int i = 0; i < config.numLayers(); i++) {
            x = new T5Block(config).apply(blocks.in(i).in("layer"), x, scores);
        }
        GraphBuilder norm = encoder.in("final_layer_norm");
        b.output(
                "hidden_state",
                norm.apply(
                        new NormalizationOp.RmsNorm(config.layerNormEpsilon()),
                        x,
                        norm.weight("weight", config.dModel())));
        return b.build();
    }
}
