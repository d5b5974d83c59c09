package org.diffusionjmh.model;

import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.LookupOp;
import org.diffusionjmh.graph.Node;

/** The transformer that both CLIP text models share: embeddings, causal layers with the norms in front, final norm. */
record ClipTextTransformer(ClipTextConfig config) {
    /** The graph's first input: INT64 [batch, max_position_embeddings]. */
    Node inputIds(GraphBuilder b, long batch) {
        return b.input("input_ids", DType.INT64, batch, config.maxPositionEmbeddings());
    }

    /** The sum of token and position embeddings, [batch, L, hidden_size]. */
    Node embeddings(GraphBuilder b, Node inputIds) {
        GraphBuilder embeddings = b.in("text_model").in("embeddings");
        Node table = embeddings.in("token_embedding").weight("weight", config.vocabSize(), config.hiddenSize());
        Node tokens = embeddings.in("token_embedding").apply(new LookupOp.Embedding(), table, inputIds);
        Node positions = embeddings
                .in("position_embedding")
                .weight("weight", config.maxPositionEmbeddings(), config.hiddenSize());
        return embeddings.add(tokens, positions);
    }

    /** Applies layers {@code first} (included) to {@code end} (excluded). */
    Node layers(GraphBuilder b, Node x, int first, int end) {
        for (int i = first; i < end; i++) {
            x = layer(b.in("text_model").in("encoder").in("layers").in(i), x);
        }
        return x;
    }

    Node finalLayerNorm(GraphBuilder b, Node x) {
        return b.in("text_model").in("final_layer_norm").layerNorm(x, config.layerNormEps());
    }

    /**
     * Number of layers below a hidden state.
     *
     * @throws IllegalArgumentException if the encoder has not that many
     */
    int layersOf(HiddenState hidden) {
        int layers = config.numHiddenLayers() + 1 - hidden.fromEnd();
        if (layers < 0 || layers > config.numHiddenLayers()) {
            throw new IllegalArgumentException("hidden state " + -hidden.fromEnd() + " of a text encoder with "
                    + config.numHiddenLayers() + " layers does not exist; want -1 to "
                    + -(config.numHiddenLayers() + 1) + ": use another clip skip");
        }
        return layers;
    }

    private Node layer(GraphBuilder b, Node x) {
        x = b.add(x, selfAttention(b.in("self_attn"), b.in("layer_norm1").layerNorm(x, config.layerNormEps())));
        return b.add(x, mlp(b.in("mlp"), b.in("layer_norm2").layerNorm(x, config.layerNormEps())));
    }

    private Node selfAttention(GraphBuilder b, Node x) {
        Node q = heads(b, b.in("q_proj").linear(x, config.hiddenSize(), true));
        Node k = heads(b, b.in("k_proj").linear(x, config.hiddenSize(), true));
        Node v = heads(b, b.in("v_proj").linear(x, config.hiddenSize(), true));
        Node attended = b.permute(b.attention(q, k, v, true), 0, 2, 1, 3);
        Node joined = b.reshape(attended, x.type().size(0), x.type().size(1), config.hiddenSize());
        return b.in("out_proj").linear(joined, config.hiddenSize(), true);
    }

    private Node heads(GraphBuilder b, Node x) {
        long headDim = config.hiddenSize() / config.numAttentionHeads();
        Node split = b.reshape(x, x.type().size(0), x.type().size(1), config.numAttentionHeads(), headDim);
        return b.permute(split, 0, 2, 1, 3);
    }

    private Node mlp(GraphBuilder b, Node x) {
        Node hidden = b.in("fc1").linear(x, config.intermediateSize(), true);
        return b.in("fc2").linear(b.apply(config.hiddenAct(), hidden), config.hiddenSize(), true);
    }
}
