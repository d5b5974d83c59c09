package org.diffusionjmh.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PixArtTransformer2DConfigTest {
    private static PixArtTransformer2DConfig config(String json) {
        return PixArtTransformer2DConfig.of(new ModelConfig(
                "transformer/config.json", JsonParser.parseString(json).getAsJsonObject()));
    }

    @Test
    void absentKeysHaveDiffusersDefaults() {
        PixArtTransformer2DConfig config = config("{}");
        assertEquals(1152, config.innerDim());
        assertEquals(8, config.outChannels());
        assertEquals(OptionalInt.of(1152), config.crossAttentionDim());
        assertEquals(2, config.interpolationScale());
        assertTrue(config.useAdditionalConditions());
    }

    /** The size of training decides what is not said otherwise. */
    @Test
    void nullDependsOnTheSampleSize() {
        PixArtTransformer2DConfig config = config("""
                {"sample_size": 32, "out_channels": null, "interpolation_scale": null, "use_additional_conditions": null,
                 "cross_attention_dim": null}""");
        assertEquals(4, config.outChannels());
        assertEquals(1, config.interpolationScale());
        assertFalse(config.useAdditionalConditions());
        assertEquals(OptionalInt.empty(), config.crossAttentionDim());
        assertTrue(config("{\"sample_size\": 32, \"use_additional_conditions\": true}")
                .useAdditionalConditions());
        assertFalse(config("{\"use_additional_conditions\": false}").useAdditionalConditions());
    }

    /** The published file is of the time when the class was Transformer2DModel. */
    @Test
    void acceptsThePublishedFile() {
        PixArtTransformer2DConfig config = config("""
                {"_class_name": "Transformer2DModel", "_diffusers_version": "0.22.0.dev0", "activation_fn": "gelu-approximate",
                 "attention_bias": true, "attention_head_dim": 72, "attention_type": "default", "caption_channels": 4096,
                 "cross_attention_dim": 1152, "double_self_attention": false, "dropout": 0.0, "in_channels": 4,
                 "norm_elementwise_affine": false, "norm_eps": 1e-06, "norm_num_groups": 32, "norm_type": "ada_norm_single",
                 "num_attention_heads": 16, "num_embeds_ada_norm": 1000, "num_layers": 28, "num_vector_embeds": null,
                 "only_cross_attention": false, "out_channels": 8, "patch_size": 2, "sample_size": 128,
                 "upcast_attention": false, "use_linear_projection": false}""");
        assertEquals(OptionalInt.of(4096), config.captionChannels());
        assertEquals(28, config.numLayers());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"norm_type\": \"ada_norm_zero\"} | 'norm_type' is 'ada_norm_zero', supported: ada_norm_single",
                "{\"activation_fn\": \"relu\"} | 'activation_fn' is 'relu', supported: gelu, gelu-approximate, geglu",
                "{\"attention_type\": \"gated\"} | 'attention_type' is 'gated', supported: default",
                "{\"caption_channels\": 8, \"cross_attention_dim\": 8} | 'cross_attention_dim' is 8, supported: 1152",
                "{\"attention_head_dim\": 73} | 'attention_head_dim' is 73, supported: a width that makes a multiple of 12",
                "{\"patch_size\": 256} | 'patch_size' is 256, supported: at most sample_size, which is 128",
                "{\"interpolation_scale\": 0} | 'interpolation_scale' is 0, supported: a number above 0",
                "{\"double_self_attention\": true} | 'double_self_attention' is true",
                "{\"caption\": 1} | 'caption' is 1, which this version does not know"
            })
    void whatIsNotSupportedIsNamed(String json, String message) {
        String actual =
                assertThrows(IllegalArgumentException.class, () -> config(json)).getMessage();
        assertTrue(actual.startsWith("transformer/config.json: ") && actual.contains(message), actual);
    }
}
