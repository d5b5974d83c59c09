package org.diffusionjmh.lora;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.diffusionjmh.source.BuiltInFiles;
import org.diffusionjmh.source.BuiltInModel;
import org.diffusionjmh.source.ModelDescription;
import org.diffusionjmh.source.NetworkWeights;
import org.diffusionjmh.source.Scale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class OriginalUNetNamesTest {
    /** Of latent consistency models, which came after the original implementation. */
    private static final String GUIDANCE_PROJECTION = "time_embedding.cond_proj";

    private static Set<String> weights(BuiltInModel model) {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu());
                BuiltInFiles files = new BuiltInFiles(model, Scale.MINI, manager)) {
            return NetworkWeights.ofProducts("UNet2DConditionModel", files.config("unet"))
                    .keySet();
        }
    }

    /** As the published checkpoints of SDXL have them. */
    @ParameterizedTest
    @CsvSource({
        "conv_in, input_blocks.0.0",
        "time_embedding.linear_1, time_embed.0",
        "add_embedding.linear_2, label_emb.0.2",
        "down_blocks.0.resnets.1.conv1, input_blocks.2.0.in_layers.2",
        "down_blocks.0.downsamplers.0.conv, input_blocks.3.0.op",
        "down_blocks.1.resnets.0.conv_shortcut, input_blocks.4.0.skip_connection",
        "down_blocks.1.attentions.0.proj_in, input_blocks.4.1.proj_in",
        "down_blocks.2.attentions.1.transformer_blocks.0.ff.net.0.proj, input_blocks.8.1.transformer_blocks.0.ff.net.0.proj",
        "mid_block.resnets.0.conv2, middle_block.0.out_layers.3",
        "mid_block.attentions.0.transformer_blocks.0.attn2.to_out.0, middle_block.1.transformer_blocks.0.attn2.to_out.0",
        "mid_block.resnets.1.time_emb_proj, middle_block.2.emb_layers.1",
        "up_blocks.0.attentions.2.proj_out, output_blocks.2.1.proj_out",
        "up_blocks.0.upsamplers.0.conv, output_blocks.2.2.conv",
        "up_blocks.2.resnets.2.conv1, output_blocks.8.0.in_layers.2",
        "conv_out, out.2"
    })
    void areThoseOfSdxl(String layer, String original) {
        assertEquals(Optional.of(original), new OriginalUNetNames(weights(BuiltInModel.REALVISXL_V4_0)).of(layer));
    }

    /** Where an up block has no attention, its upsampler stands in the attention's place. */
    @ParameterizedTest
    @CsvSource({
        "down_blocks.3.resnets.1.conv1, input_blocks.11.0.in_layers.2",
        "up_blocks.0.upsamplers.0.conv, output_blocks.2.1.conv",
        "up_blocks.1.upsamplers.0.conv, output_blocks.5.2.conv",
        "up_blocks.3.attentions.2.proj_in, output_blocks.11.1.proj_in"
    })
    void areThoseOfStableDiffusion(String layer, String original) {
        assertEquals(
                Optional.of(original), new OriginalUNetNames(weights(BuiltInModel.STABLE_DIFFUSION_V1_5)).of(layer));
    }

    /** The models with a U-Net. */
    static List<BuiltInModel> models() {
        return BuiltInModel.all().stream()
                .filter(model -> !ModelDescription.isPixArt(model.pipelineClass()))
                .toList();
    }

    /** Every layer has an original name, and no two the same one, with underscores for the dots too. */
    @ParameterizedTest
    @MethodSource("models")
    void tellAllLayersApart(BuiltInModel model) {
        Set<String> weights = weights(model);
        OriginalUNetNames names = new OriginalUNetNames(weights);
        Map<String, String> layers = new HashMap<>();
        for (String weight : weights) {
            String layer = weight.substring(0, weight.lastIndexOf('.'));
            if (layer.equals(GUIDANCE_PROJECTION)) {
                continue;
            }
            String original = names.of(layer).orElseThrow(() -> new AssertionError(layer));
            String other = layers.put(original.replace('.', '_'), layer);
            assertTrue(other == null, () -> layer + " and " + other);
        }
    }

    /** Blocks may differ in their number of layers. */
    @Test
    void countTheLayersOfEveryBlock() {
        Set<String> weights = Set.of("0.resnets.0", "0.resnets.1", "0.resnets.2", "1.resnets.0", "2.resnets.0").stream()
                .map(resnet -> "down_blocks." + resnet + ".conv1.weight")
                .collect(Collectors.toSet());
        OriginalUNetNames names = new OriginalUNetNames(weights);
        assertEquals(Optional.of("input_blocks.4.0.op"), names.of("down_blocks.0.downsamplers.0.conv"));
        assertEquals(Optional.of("input_blocks.5.0.in_layers.2"), names.of("down_blocks.1.resnets.0.conv1"));
        assertEquals(Optional.of("input_blocks.7.0.in_layers.2"), names.of("down_blocks.2.resnets.0.conv1"));
    }

    @Test
    void textEncodersHaveNone() {
        OriginalUNetNames names = new OriginalUNetNames(Set.of("text_model.encoder.layers.0.mlp.fc1.weight"));
        assertEquals(Optional.empty(), names.of("text_model.encoder.layers.0.mlp.fc1"));
    }
}
