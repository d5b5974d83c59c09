package org.diffusionjmh.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.diffusionjmh.scheduler.Scheduler;
import org.diffusionjmh.tokenizer.ClipTokenizer;
import org.diffusionjmh.tokenizer.T5Tokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

class BuiltInModelTest {
    static final List<BuiltInModel> MODELS = BuiltInModel.all();

    /** Parameters of the published networks, as their safetensors add up to. */
    static final List<Arguments> PUBLISHED = List.of(
            Arguments.of(
                    BuiltInModel.REALVISXL_V4_0,
                    Map.of(
                            "unet", 2_567_463_684L,
                            "vae", 83_653_863L,
                            "text_encoder", 123_060_480L,
                            "text_encoder_2", 694_659_840L)),
            Arguments.of(
                    BuiltInModel.STABLE_DIFFUSION_V1_5,
                    Map.of("unet", 859_520_964L, "vae", 83_653_863L, "text_encoder", 123_060_480L)),
            Arguments.of(
                    BuiltInModel.INSTRUCT_PIX2PIX,
                    Map.of("unet", 859_532_484L, "vae", 83_653_863L, "text_encoder", 123_060_480L)),
            Arguments.of(
                    BuiltInModel.SDXL_INSTRUCT_PIX2PIX,
                    Map.of(
                            "unet", 2_567_475_204L,
                            "vae", 83_653_863L,
                            "text_encoder", 123_060_480L,
                            "text_encoder_2", 694_659_840L)),
            Arguments.of(
                    BuiltInModel.LCM_DREAMSHAPER_V7,
                    Map.of("unet", 859_602_884L, "vae", 83_653_863L, "text_encoder", 123_060_480L)),
            Arguments.of(
                    BuiltInModel.PIXART_ALPHA,
                    Map.of("transformer", 611_349_152L, "vae", 83_653_863L, "text_encoder", 4_762_310_656L)));

    /** The full scale is the published architecture: any wrong width, depth or switch changes the count. */
    @ParameterizedTest
    @FieldSource("PUBLISHED")
    void fullScaleHasThePublishedNumberOfParameters(BuiltInModel model, Map<String, Long> published) {
        Map<String, Long> parameters = model.networks().stream()
                .collect(Collectors.toMap(
                        network -> network, network -> weights(model, Scale.FULL, network).values().stream()
                                .mapToLong(Shape::size)
                                .sum()));
        assertEquals(published, parameters);
    }

    /** Both scales have the same topology: the same weights, of the same rank. */
    @ParameterizedTest
    @FieldSource("MODELS")
    void scalesDifferInWidthsOnly(BuiltInModel model) {
        for (String network : model.networks()) {
            assertEquals(
                    ranks(weights(model, Scale.FULL, network)), ranks(weights(model, Scale.MINI, network)), network);
        }
    }

    static Stream<Arguments> modelsAndScales() {
        return MODELS.stream().flatMap(model -> Arrays.stream(Scale.values()).map(scale -> Arguments.of(model, scale)));
    }

    /** Every tokenizer's ids fit the table of its text encoder, and it pads as the published one does. */
    @ParameterizedTest
    @MethodSource("modelsAndScales")
    void tokenizersBelongToTheirTextEncoders(BuiltInModel model, Scale scale) throws IOException {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
                ModelFiles files = new BuiltInFiles(model, scale, manager)) {
            for (String component : files.components()) {
                if (model.components().get(component).name().equals("CLIPTokenizer")) {
                    String textEncoder = component.replace("tokenizer", "text_encoder");
                    long vocabulary = weights(model, scale, textEncoder)
                            .get("text_model.embeddings.token_embedding.weight")
                            .get(0);
                    try (ClipTokenizer tokenizer = files.tokenizer(component)) {
                        long[] ids = tokenizer.encode("a cat").toArray();
                        assertEquals(77, ids.length);
                        assertEquals(vocabulary - 1, Arrays.stream(ids).max().orElseThrow(), component);
                        assertEquals(component.equals("tokenizer_2") ? 0 : vocabulary - 1, ids[76], component);
                    }
                }
            }
        }
    }

    /** T5's ids fit the table too. */
    @ParameterizedTest
    @EnumSource(Scale.class)
    void t5TokenizerBelongsToItsTextEncoder(Scale scale) throws IOException {
        long vocabulary = weights(BuiltInModel.PIXART_ALPHA, scale, "text_encoder")
                .get("shared.weight")
                .get(0);
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
                ModelFiles files = new BuiltInFiles(BuiltInModel.PIXART_ALPHA, scale, manager);
                T5Tokenizer tokenizer = files.t5Tokenizer("tokenizer")) {
            long[] ids = tokenizer.encode("a cat <extra_id_0>", 120).toArray();
            assertEquals(120, ids.length);
            assertTrue(Arrays.stream(ids).max().orElseThrow() < vocabulary);
        }
    }

    @ParameterizedTest
    @FieldSource("MODELS")
    void hasASchedulerOfItsOwn(BuiltInModel model) {
        var unused = Scheduler.of(model.schedulerConfig());
        assertTrue(model.components().keySet().containsAll(List.of("vae", "text_encoder", "tokenizer", "scheduler")));
    }

    @Test
    void goesByHubIdAndAliases() {
        assertEquals(Optional.of(BuiltInModel.REALVISXL_V4_0), BuiltInModel.named("SG161222/RealVisXL_V4.0"));
        assertEquals(Optional.of(BuiltInModel.REALVISXL_V4_0), BuiltInModel.named("RealVisXL"));
        assertEquals(Optional.of(BuiltInModel.STABLE_DIFFUSION_V1_5), BuiltInModel.named("sd15"));
        assertEquals(Optional.of(BuiltInModel.INSTRUCT_PIX2PIX), BuiltInModel.named("instruct-pix2pix"));
        assertEquals(Optional.of(BuiltInModel.SDXL_INSTRUCT_PIX2PIX), BuiltInModel.named("sdxl-instruct-pix2pix"));
        assertEquals(Optional.of(BuiltInModel.LCM_DREAMSHAPER_V7), BuiltInModel.named("lcm"));
        assertEquals(Optional.of(BuiltInModel.PIXART_ALPHA), BuiltInModel.named("pixart-alpha"));
        assertEquals(Optional.empty(), BuiltInModel.named("sd16"));
        assertTrue(BuiltInModel.knownNames().contains("SG161222/RealVisXL_V4.0 (realvisxl-v4.0, realvisxl)"));
    }

    /** The same name gives the same numbers whoever asks, and another type the same numbers rounded. */
    @Test
    void weightsAreAFunctionOfTheirName() throws IOException {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
                ModelFiles files = new BuiltInFiles(BuiltInModel.STABLE_DIFFUSION_V1_5, Scale.MINI, manager);
                ModelFiles.Weights unet = files.weights("unet")) {
            Shape shape = new Shape(64, 4, 3, 3);
            float[] values = unet.load("conv_in.weight", shape, manager, DataType.FLOAT32)
                    .toFloatArray();
            float[] rounded = unet.load("conv_in.weight", shape, manager, DataType.FLOAT16)
                    .toType(DataType.FLOAT32, false)
                    .toFloatArray();
            for (int i = 0; i < values.length; i++) {
                assertEquals(values[i], rounded[i], Math.abs(values[i]) * 0x1p-11 + 0x1p-25);
            }
        }
    }

    @Test
    void aMissingResourceIsNamed() {
        BuiltInModel model = new BuiltInModel("owner/name", "absent", List.of());
        assertEquals(
                "owner/name (built in): no resource /models/absent/model_index.json",
                assertThrows(IllegalArgumentException.class, model::index).getMessage());
    }

    private static Map<String, Shape> weights(BuiltInModel model, Scale scale, String network) {
        return NetworkWeights.of(model.components().get(network).name(), model.config(scale, network));
    }

    private static Map<String, Integer> ranks(Map<String, Shape> weights) {
        return weights.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue()
                .dimension()));
    }
}
