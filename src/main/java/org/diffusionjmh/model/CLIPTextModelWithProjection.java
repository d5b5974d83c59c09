package org.diffusionjmh.model;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.LookupOp;
import org.diffusionjmh.graph.Node;

/** SDXL's second text encoder: besides a hidden state it gives one vector for the whole prompt. */
public final class CLIPTextModelWithProjection {
    /** The end token of configurations written before its id was corrected; it stands for the largest id of a prompt. */
    private static final int LEGACY_EOS_TOKEN_ID = 2;

    private final ClipTextConfig config;

    public CLIPTextModelWithProjection(ClipTextConfig config) {
        this.config = config;
    }

    public ClipTextConfig config() {
        return config;
    }

    /**
     * The encoder for a number of prompts. Inputs: {@code input_ids} INT64 [batch, max_position_embeddings] and {@code eos_positions}
     * INT64 [batch], from {@link #eosPositions}. Outputs: {@code hidden_state} [batch, max_position_embeddings, hidden_size] and
     * {@code text_embeds} [batch, projection_dim], the projected row of the end token.
     *
     * @param dtype of weights and outputs
     * @throws IllegalArgumentException if the encoder has no such hidden state
     */
    public Graph graph(long batch, DType dtype, HiddenState hidden) {
        ClipTextTransformer transformer = new ClipTextTransformer(config);
        GraphBuilder b = new GraphBuilder("text_encoder_2", dtype);
        Node inputIds = transformer.inputIds(b, batch);
        Node eosPositions = b.input("eos_positions", DType.INT64, batch);

        int layers = transformer.layersOf(hidden);
        Node state = transformer.layers(b, transformer.embeddings(b, inputIds), 0, layers);
        Node last = transformer.layers(b, state, layers, config.numHiddenLayers());
        b.output("hidden_state", hidden.normalized() ? transformer.finalLayerNorm(b, state) : state);

        Node pooled = b.apply(new LookupOp.SelectRow(), transformer.finalLayerNorm(b, last), eosPositions);
        b.output("text_embeds", b.in("text_projection").linear(pooled, config.projectionDim(), false));
        return b.build();
    }

    /**
     * Where each prompt ends: the first place of {@code eos_token_id}, or of the largest id where the configuration has the legacy value
     * 2.
     *
     * @param inputIds token ids, one array per prompt
     * @throws IllegalArgumentException if a prompt has no end token, which means that the tokenizer belongs to another model
     */
    public long[] eosPositions(List<long[]> inputIds) {
        return inputIds.stream().mapToLong(this::eosPosition).toArray();
    }

    private int eosPosition(long[] ids) {
        long eos = config.eosTokenId() == LEGACY_EOS_TOKEN_ID
                ? Arrays.stream(ids).max().orElse(LEGACY_EOS_TOKEN_ID)
                : config.eosTokenId();
        return IntStream.range(0, ids.length)
                .filter(i -> ids[i] == eos)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("a prompt of " + ids.length
                        + " tokens has no end token " + eos + " (eos_token_id of the text encoder); its tokenizer "
                        + "belongs to another model"));
    }
}
