package org.diffusionjmh.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.diffusionjmh.graph.AttentionOp;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.ShapeException;
import org.diffusionjmh.graph.SourceOp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AutoencoderKLTest {
    private static final String SMALL = "\"block_out_channels\": [8, 12], \"norm_num_groups\": 4, "
            + "\"down_block_types\": [\"DownEncoderBlock2D\", \"DownEncoderBlock2D\"], "
            + "\"up_block_types\": [\"UpDecoderBlock2D\", \"UpDecoderBlock2D\"]";

    @Test
    void absentKeysHaveTheirDefaults() {
        assertEquals(
                new AutoencoderKLConfig(
                        3, 3, 4, List.of(64), 1, 32, true, true, true, true, 0.18215, List.of(), List.of()),
                config(""));
    }

    /** Some SDXL models shift and scale each latent channel. */
    @Test
    void readsTheLatentsStatistics() {
        AutoencoderKLConfig config =
                config("\"latents_mean\": [-1.6, 2.3, 2.6, -0.1], \"latents_std\": [8.4, 5.9, 4.4, 3.1]");
        assertEquals(List.of(-1.6, 2.3, 2.6, -0.1), config.latentsMean());
        assertEquals(List.of(8.4, 5.9, 4.4, 3.1), config.latentsStd());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"act_fn\": \"mish\" | 'act_fn' is 'mish', supported: silu, swish",
                "\"shift_factor\": 0.0609 | 'shift_factor' is 0.0609, supported: null, 0",
                "\"latents_mean\": [1, 2, 3] | 'latents_mean' is [1,2,3], want a number or a list of 4 such",
                "\"latents_mean\": [1, 2, 3, 4] | 'latents_std' is absent, supported: latents_mean and latents_std together",
                "\"down_block_types\": [\"AttnDownEncoderBlock2D\"] | 'down_block_types' is [\"AttnDownEncoderBlock2D\"], supported: DownEncoderBlock2D for each of the 1 block_out_channels",
                "\"block_out_channels\": [8, 8] | 'down_block_types' is absent, supported: DownEncoderBlock2D for each of the 2 block_out_channels",
                "\"double_z\": false | 'double_z' is false, which this version does not know; remove what does not change the network",
            },
            quoteCharacter = '`')
    void unsupportedValuesAreNamed(String entry, String message) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> config(entry));
        assertEquals("vae/config.json: " + message, e.getMessage());
    }

    @Test
    void shapesFollowTheImage() {
        AutoencoderKL model = new AutoencoderKL(config(SMALL));
        Graph decoder = model.decoderGraph(2, 5, 7, DType.BF16);
        assertEquals("BF16[2, 3, 10, 14]", decoder.outputs().get("image").type().toString());
        Graph encoder = model.encoderGraph(2, 10, 15, DType.FP16);
        assertEquals("FP16[2, 4, 5, 7]", encoder.outputs().get("mean").type().toString());
        assertEquals("FP16[2, 4, 5, 7]", encoder.outputs().get("logvar").type().toString());
    }

    /** The parts that configurations turn off leave the graph, and so do their weights. */
    @Test
    void partsCanBeLeftOut() {
        AutoencoderKL model = new AutoencoderKL(config(SMALL
                + ", \"mid_block_add_attention\": false, \"use_quant_conv\": false, \"use_post_quant_conv\": false"));
        for (Graph graph : List.of(model.decoderGraph(1, 4, 4, DType.FP32), model.encoderGraph(1, 8, 8, DType.FP32))) {
            assertEquals(0, graph.nodesOf(AttentionOp.class).size());
            Set<String> keys = graph.nodesOf(SourceOp.Weight.class).stream()
                    .map(node -> ((SourceOp.Weight) node.op()).key())
                    .collect(Collectors.toSet());
            assertTrue(keys.stream().noneMatch(key -> key.contains("quant_conv") || key.contains("attentions")));
            assertTrue(keys.stream().anyMatch(key -> key.contains("mid_block.resnets.1")));
        }
    }

    @Test
    void misfittingShapesNameTheirPlace() {
        AutoencoderKL groups = new AutoencoderKL(config(SMALL.replace("[8, 12]", "[8, 10]")));
        ShapeException e = assertThrows(ShapeException.class, () -> groups.decoderGraph(1, 4, 4, DType.FP32));
        assertEquals(
                "decoder.mid_block.resnets.0.norm1: GroupNorm: 4 groups do not divide the channels of "
                        + "FP32[1, 10, 4, 4]",
                e.getMessage());
        AutoencoderKL model = new AutoencoderKL(config(SMALL));
        assertThrows(ShapeException.class, () -> model.decoderGraph(1, 0, 4, DType.FP32));
        assertThrows(ShapeException.class, () -> model.encoderGraph(1, 1, 8, DType.FP32));
    }

    private static AutoencoderKLConfig config(String entries) {
        return AutoencoderKLConfig.of(new ModelConfig(
                "vae/config.json", JsonParser.parseString("{" + entries + "}").getAsJsonObject()));
    }
}
