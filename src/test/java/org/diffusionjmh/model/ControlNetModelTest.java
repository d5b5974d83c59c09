package org.diffusionjmh.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import java.util.Optional;
import org.diffusionjmh.graph.ContractionOp;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.TensorType;
import org.diffusionjmh.pass.StepSplit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ControlNetModelTest {
    private static final String UNET = """
            {"block_out_channels": [8, 16], "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"],
             "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"], "layers_per_block": 1, "norm_num_groups": 4,
             "cross_attention_dim": 12, "attention_head_dim": 2}""";
    private static final String CONTROLNET = """
            {"block_out_channels": [8, 16], "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"],
             "layers_per_block": 1, "norm_num_groups": 4, "cross_attention_dim": 12, "attention_head_dim": 2,
             "conditioning_embedding_out_channels": [2, 4, 6]}""";

    /** What a ControlNet gives is what the U-Net takes beside its other inputs, also where sides are odd. */
    @Test
    void residualsAreTheUnetsFurtherInputs() {
        Graph net = new ControlNetModel(controlNet(CONTROLNET)).graph(2, 9, 13, 7, DType.FP32);
        Graph unet = new UNet2DConditionModel(unet()).graphWithResiduals(2, 9, 13, 7, DType.FP32);
        List<TensorType> given = net.outputs().values().stream().map(Node::type).toList();
        List<TensorType> taken = unet.inputs().stream().map(Node::type).toList();
        assertEquals(given, taken.subList(3, taken.size()));
        assertEquals(controlNet(CONTROLNET).residuals(), given.size());
        assertEquals(TensorType.of(DType.FP32, 2, 16, 5, 7), given.get(given.size() - 1));
    }

    /** The control picture is embedded once per run: a step has no convolution at the picture's resolution. */
    @Test
    void thePictureIsEmbeddedOncePerRun() {
        Graph net = new ControlNetModel(controlNet(CONTROLNET)).graph(2, 8, 8, 7, DType.FP32);
        StepSplit split = StepSplit.of(net).orElseThrow();
        assertEquals(5 + 1, embeddingConvolutions(split.perRun()));
        assertEquals(0, embeddingConvolutions(split.perStep()));
    }

    private static long embeddingConvolutions(Graph graph) {
        return graph.nodesOf(ContractionOp.Conv2d.class).stream()
                .filter(node -> node.scope().startsWith("controlnet_cond_embedding"))
                .count();
    }

    @Test
    void anAbsentKeyHasDiffusersDefault() {
        ControlNetConfig config = controlNet("{}");
        assertEquals(List.of(16, 32, 96, 256), config.conditioningEmbeddingOutChannels());
        assertEquals(List.of(320, 640, 1280, 1280), config.unet().blockOutChannels());
        assertEquals(List.of(8, 8, 8, 8), config.unet().attentionHeads());
        assertEquals(8, config.conditioningScaleFactor());
        assertEquals(13, config.residuals());
        assertTrue(config.midBlockAttends());
    }

    /** Unlike a U-Net's, a ControlNet's {@code num_attention_heads} counts, and goes first. */
    @Test
    void headsHaveAKeyOfTheirOwn() {
        assertEquals(List.of(4, 4), with("num_attention_heads", "4").unet().attentionHeads());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            mid_block_type                        | "UNetMidBlock2DSimpleCrossAttn" | supported: UNetMidBlock2DCrossAttn
            controlnet_conditioning_channel_order | "grb"                           | supported: rgb, bgr
            class_embed_type                      | "timestep"                      | supported: null, false
            encoder_hid_dim_type                  | "text_proj"                     | supported: null, false
            num_control_type                      | 6                               | this version does not know
            """)
    void whatIsNotSupportedIsNamed(String key, String value, String reason) {
        String message = assertThrows(IllegalArgumentException.class, () -> with(key, value))
                .getMessage();
        assertTrue(
                message.startsWith("controlnet/config.json: '" + key + "' is ") && message.contains(reason), message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            block_out_channels                  | [8, 24]   | its block_out_channels is [8, 24], want [8, 16]
            layers_per_block                    | 2         | its layers_per_block is [2, 2], want [1, 1]
            in_channels                         | 8         | its in_channels is 8, want 4
            cross_attention_dim                 | 16        | its cross_attention_dim is 16, want 12
            conditioning_channels               | 1         | its conditioning_channels is 1, want 3
            conditioning_embedding_out_channels | [2, 4]    | its factor from picture to latents is 2, want 4
            norm_num_groups                     | 2         |
            """)
    void whatDoesNotFitAUnetIsNamed(String key, String value, String reason) {
        assertEquals(Optional.ofNullable(reason), with(key, value).mismatch(unet(), 4, 3));
    }

    private static UNet2DConditionConfig unet() {
        return UNet2DConditionConfig.of(new ModelConfig("unet/config.json", json(UNET)));
    }

    private static ControlNetConfig controlNet(String json) {
        return ControlNetConfig.of(new ModelConfig("controlnet/config.json", json(json)));
    }

    private static ControlNetConfig with(String key, String value) {
        JsonObject config = json(CONTROLNET);
        config.add(key, JsonParser.parseString(value));
        return ControlNetConfig.of(new ModelConfig("controlnet/config.json", config));
    }

    private static JsonObject json(String text) {
        return JsonParser.parseString(text).getAsJsonObject();
    }
}
