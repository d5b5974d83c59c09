package org.diffusionjmh.source;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.diffusionjmh.model.ControlNetConfig;
import org.diffusionjmh.model.UNet2DConditionConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;

class BuiltInControlNetTest {
    /** Parameters of the published networks, as their safetensors add up to; and the model each was made for. */
    static final List<Arguments> CONTROL_NETS = List.of(
            Arguments.of(BuiltInControlNet.SD_CONTROLNET_CANNY, 361_279_120L, BuiltInModel.STABLE_DIFFUSION_V1_5),
            Arguments.of(BuiltInControlNet.CONTROLNET_CANNY_SDXL, 1_251_014_160L, BuiltInModel.REALVISXL_V4_0));

    /** The full scale is the published architecture: any wrong width, depth or switch changes the count. */
    @ParameterizedTest
    @FieldSource("CONTROL_NETS")
    void fullScaleHasThePublishedNumberOfParameters(BuiltInControlNet net, long published, BuiltInModel model) {
        assertEquals(
                published,
                weights(net, Scale.FULL).values().stream()
                        .mapToLong(Shape::size)
                        .sum());
    }

    /** Both scales have the same topology: the same weights, of the same rank. */
    @ParameterizedTest
    @FieldSource("CONTROL_NETS")
    void scalesDifferInWidthsOnly(BuiltInControlNet net, long published, BuiltInModel model) {
        assertEquals(ranks(weights(net, Scale.FULL)), ranks(weights(net, Scale.MINI)));
    }

    @ParameterizedTest
    @FieldSource("CONTROL_NETS")
    void fitsItsModelAtEachScale(BuiltInControlNet net, long published, BuiltInModel model) {
        for (Scale scale : Scale.values()) {
            UNet2DConditionConfig unet = UNet2DConditionConfig.of(model.config(scale, "unet"));
            ControlNetConfig config = ControlNetConfig.of(net.config(scale));
            assertEquals(Optional.empty(), config.mismatch(unet, 8, 3));
        }
    }

    @Test
    void goesByHubIdAndFolder() {
        assertEquals(
                Optional.of(BuiltInControlNet.SD_CONTROLNET_CANNY),
                BuiltInControlNet.named("lllyasviel/sd-controlnet-canny"));
        assertEquals(
                Optional.of(BuiltInControlNet.CONTROLNET_CANNY_SDXL),
                BuiltInControlNet.named("ControlNet-Canny-SDXL-1.0"));
        assertEquals(Optional.empty(), BuiltInControlNet.named("canny"));
    }

    private static Map<String, Shape> weights(BuiltInControlNet net, Scale scale) {
        return NetworkWeights.of("ControlNetModel", net.config(scale));
    }

    private static Map<String, Integer> ranks(Map<String, Shape> weights) {
        return weights.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue()
                .dimension()));
    }
}
