package org.diffusionjmh.model;

import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;

/** The text encoder of Stable Diffusion 1.x and 2.x, and SDXL's first (Radford et al. 2021). */
public final class CLIPTextModel {
    private final ClipTextConfig config;

    public CLIPTextModel(ClipTextConfig config) {
        this.config = config;
    }

    public ClipTextConfig config() {
        return config;
    }

    /**
     * The encoder for a number of prompts, with no more layers than the hidden state needs. Input: {@code input_ids} INT64 [batch,
     * max_position_embeddings]. Output: {@code hidden_state} [batch, max_position_embeddings, hidden_size].
     *
     * @param dtype of weights and output
     * @throws IllegalArgumentException if the encoder has no such hidden state
     */
    public Graph graph(long batch, DType dtype, HiddenState hidden) {
        ClipTextTransformer transformer = new ClipTextTransformer(config);
        GraphBuilder b = new GraphBuilder("text_encoder", dtype);
        Node embeddings = transformer.embeddings(b, transformer.inputIds(b, batch));
        Node state = transformer.layers(b, embeddings, 0, transformer.layersOf(hidden));
        b.output("hidden_state", hidden.normalized() ? transformer.finalLayerNorm(b, state) : state);
        return b.build();
    }
}
