package org.diffusionjmh.lora;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.diffusionjmh.lora.LoraKey.Part;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoraKeyTest {
    @ParameterizedTest
    @CsvSource({
        "unet.mid_block.attentions.0.proj_in.lora_A.weight, unet, mid_block.attentions.0.proj_in, DOWN",
        "unet.mid_block.attentions.0.proj_in.lora_B.default.weight, unet, mid_block.attentions.0.proj_in, UP",
        "unet.conv_in.alpha, unet, conv_in, ALPHA",
        "unet.conv_in.lora.up.weight, unet, conv_in, UP",
        "text_encoder.text_model.encoder.layers.0.mlp.fc1.lora_linear_layer.down.weight,"
                + " text_encoder, text_model.encoder.layers.0.mlp.fc1, DOWN",
        "text_encoder_2.text_projection.lora_A.weight, text_encoder_2, text_projection, DOWN",
        "unet.mid_block.attentions.0.transformer_blocks.0.attn1.processor.to_q_lora.up.weight,"
                + " unet, mid_block.attentions.0.transformer_blocks.0.attn1.to_q, UP",
        "mid_block.attentions.0.transformer_blocks.0.attn1.processor.to_out_lora.down.weight,"
                + " unet, mid_block.attentions.0.transformer_blocks.0.attn1.to_out, DOWN",
        "lora_unet_input_blocks_4_1_proj_in.lora_down.weight, unet, input_blocks_4_1_proj_in, DOWN",
        "lora_unet_mid_block_attentions_0_proj_in.alpha, unet, mid_block_attentions_0_proj_in, ALPHA",
        "lora_te_text_model_encoder_layers_0_mlp_fc1.lora_up.weight,"
                + " text_encoder, text_model_encoder_layers_0_mlp_fc1, UP",
        "lora_te1_text_model_encoder_layers_0_mlp_fc1.alpha, text_encoder, text_model_encoder_layers_0_mlp_fc1, ALPHA",
        "lora_te2_text_projection.lora_down.weight, text_encoder_2, text_projection, DOWN"
    })
    void everyFormatIsRead(String name, String component, String layer, Part part) {
        assertEquals(new LoraKey(component, layer, part), LoraKey.of(name));
    }

    @ParameterizedTest
    @CsvSource({
        "lora_unet_x.dora_scale, DoRA",
        "unet.x.lora_magnitude_vector, DoRA",
        "lora_unet_x.lora_mid.weight, Tucker",
        "lora_unet_x.hada_w1_a, LoHa",
        "lora_unet_x.lokr_w2, LoKr",
        "lora_unet_x.oft_blocks, OFT",
        "lora_unet_x.diff_b, full differences",
        "unet.x.lora_B.bias, LoRA with biases",
        "unet.x.lora_embedding_A, LoRA of embeddings",
        "bundle_emb.cat.string_to_param.*, textual inversion",
        "unet.conv_in.weight, is this a LoRA file?",
        "lora_unet_x.lora_side.weight, is this a LoRA file?",
        ".lora_A.weight, is this a LoRA file?"
    })
    void everythingElseIsRefusedByName(String name, String reason) {
        String message = assertThrows(IllegalArgumentException.class, () -> LoraKey.of(name))
                .getMessage();
        assertTrue(message.contains(reason), message);
    }

    /** Whatever a layer is called, its name comes out as it went in. */
    @Property(tries = 200)
    void layersKeepTheirNames(@ForAll("layers") String layer, @ForAll("suffixes") String suffix) {
        LoraKey dotted = LoraKey.of("unet." + layer + suffix);
        assertEquals(new LoraKey("unet", layer, dotted.part()), dotted);
        LoraKey flat = LoraKey.of("lora_te2_" + layer.replace('.', '_') + suffix);
        assertEquals(new LoraKey("text_encoder_2", layer.replace('.', '_'), dotted.part()), flat);
    }

    @Property(tries = 500)
    void anyNameIsReadOrRefused(@ForAll("pieces") String name) {
        try {
            assertFalse(LoraKey.of(name).layer().isEmpty());
        } catch (IllegalArgumentException refused) {
            assertTrue(refused.getMessage().startsWith("is "), refused.getMessage());
        }
    }

    @Provide
    Arbitrary<String> layers() {
        return Arbitraries.of(
                        "mid_block", "attentions", "0", "12", "to_q", "to_out", "ff", "net", "conv1", "proj", "a_b")
                .list()
                .ofMinSize(1)
                .ofMaxSize(6)
                .map(parts -> String.join(".", parts));
    }

    @Provide
    Arbitrary<String> suffixes() {
        return Arbitraries.of(
                ".lora_A.weight",
                ".lora_B.weight",
                ".lora_A.x.weight",
                ".lora_down.weight",
                ".lora_up.weight",
                ".lora.down.weight",
                "_lora.up.weight",
                ".lora_linear_layer.down.weight",
                ".alpha");
    }

    @Provide
    Arbitrary<String> pieces() {
        Arbitrary<String> piece = Arbitraries.of(
                "unet",
                "lora_unet_",
                "lora_te1_",
                ".",
                "_",
                "lora",
                "lora_A",
                "down",
                "weight",
                "alpha",
                "processor",
                "\n");
        return Combinators.combine(piece.list().ofMaxSize(8), suffixes())
                .as((parts, suffix) -> String.join("", parts) + suffix);
    }
}
