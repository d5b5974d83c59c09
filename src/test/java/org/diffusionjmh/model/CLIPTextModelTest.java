package org.diffusionjmh.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonParser;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.diffusionjmh.graph.AttentionOp;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.PointwiseOp;
import org.diffusionjmh.graph.ShapeException;
import org.diffusionjmh.graph.SourceOp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CLIPTextModelTest {
    private static final String SMALL = "\"vocab_size\": 50, \"hidden_size\": 8, \"intermediate_size\": 16, "
            + "\"num_hidden_layers\": 3, \"num_attention_heads\": 2, \"projection_dim\": 4";

    @Test
    void absentKeysHaveTheirDefaults() {
        assertEquals(
                new ClipTextConfig(49408, 512, 2048, 512, 12, 8, 77, new PointwiseOp.QuickGelu(), 1e-5, 49407),
                config(""));
    }

    @ParameterizedTest
    @CsvSource({"quick_gelu,QuickGelu", "gelu,Gelu", "gelu_new,GeluTanh", "gelu_pytorch_tanh,GeluTanh"})
    void knowsTheActivations(String name, String op) {
        assertEquals(op, config("\"hidden_act\": \"" + name + "\"").hiddenAct().name());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"hidden_act\": \"mish\" | 'hidden_act' is 'mish', supported: quick_gelu, gelu, gelu_new, gelu_pytorch_tanh",
                "\"num_attention_heads\": 7 | 'num_attention_heads' is 7, supported: a divisor of hidden_size, which is 512",
                "\"layer_norm_eps\": \"small\" | 'layer_norm_eps' is 'small', want a number",
                "\"use_rotary\": true | 'use_rotary' is true, which this version does not know; remove what does not change the network",
            },
            quoteCharacter = '`')
    void unsupportedValuesAreNamed(String entry, String message) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> config(entry));
        assertEquals("text_encoder/config.json: " + message, e.getMessage());
    }

    /** Skipped layers cost nothing: neither time nor weights. */
    @Test
    void aGraphHasTheLayersThatItsHiddenStateNeeds() {
        CLIPTextModel model = new CLIPTextModel(config(SMALL));
        Graph sd = model.graph(2, DType.FP16, HiddenState.ofStableDiffusion(0));
        Graph sdxl = model.graph(2, DType.FP16, HiddenState.ofStableDiffusionXl(1));
        assertEquals(3, sd.nodesOf(AttentionOp.class).size());
        assertEquals(1, sdxl.nodesOf(AttentionOp.class).size());
        assertEquals("FP16[2, 77, 8]", sdxl.outputs().get("hidden_state").type().toString());
        assertEquals(2 + 3 * 16 + 2, weights(sd).size());
        assertEquals(2 + 16, weights(sdxl).size());
    }

    @Test
    void theProjectionNeedsAllLayers() {
        Graph graph =
                new CLIPTextModelWithProjection(config(SMALL)).graph(3, DType.FP32, HiddenState.ofStableDiffusionXl(0));
        assertEquals(3, graph.nodesOf(AttentionOp.class).size());
        assertEquals("FP32[3, 4]", graph.outputs().get("text_embeds").type().toString());
        assertEquals(2 + 3 * 16 + 2 + 1, weights(graph).size());
    }

    @ParameterizedTest
    @CsvSource({"0", "5"})
    void aHiddenStateThatDoesNotExistIsRefused(int fromEnd) {
        CLIPTextModel model = new CLIPTextModel(config(SMALL));
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> model.graph(1, DType.FP32, new HiddenState(fromEnd, false)));
        assertEquals(
                "hidden state " + -fromEnd + " of a text encoder with 3 layers does not exist; want -1 to -4: "
                        + "use another clip skip",
                e.getMessage());
    }

    @Test
    void anEmptyBatchIsRefused() {
        CLIPTextModel model = new CLIPTextModel(config(SMALL));
        assertThrows(ShapeException.class, () -> model.graph(0, DType.FP32, HiddenState.ofStableDiffusion(0)));
    }

    /** Published configurations say 2, which no prompt ends with: there the largest id counts. */
    @Test
    void theLegacyEndTokenIsTheLargestId() {
        CLIPTextModelWithProjection model = new CLIPTextModelWithProjection(config("\"eos_token_id\": 2"));
        assertArrayEquals(
                new long[] {3, 1},
                model.eosPositions(List.of(new long[] {9, 2, 4, 11, 11}, new long[] {9, 11, 0, 0, 0})));
    }

    @Test
    void otherEndTokensAreSearched() {
        CLIPTextModelWithProjection model = new CLIPTextModelWithProjection(config("\"eos_token_id\": 7"));
        assertArrayEquals(new long[] {2}, model.eosPositions(List.of(new long[] {9, 11, 7, 7})));
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> model.eosPositions(List.of(new long[] {9, 11})));
        assertEquals(
                "a prompt of 2 tokens has no end token 7 (eos_token_id of the text encoder); its tokenizer belongs to "
                        + "another model",
                e.getMessage());
    }

    private static ClipTextConfig config(String entries) {
        return ClipTextConfig.of(new ModelConfig(
                "text_encoder/config.json",
                JsonParser.parseString("{" + entries + "}").getAsJsonObject()));
    }

    private static Set<String> weights(Graph graph) {
        return graph.nodesOf(SourceOp.Weight.class).stream()
                .map(node -> ((SourceOp.Weight) node.op()).key())
                .collect(Collectors.toSet());
    }
}
