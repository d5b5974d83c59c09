package org.diffusionjmh.lora;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.diffusionjmh.libtorch.HostScalars;
import org.diffusionjmh.testing.GoldenTensors;
import org.diffusionjmh.testing.TensorFile;
import org.diffusionjmh.weights.MalformedSafetensorsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoraFileTest {
    private static final String LINEAR = "mid_block.attentions.0.proj_in";
    private static final String CONV = "conv_in";
    private static final LoraNetworks NETWORKS = new LoraNetworks(Map.of(
            "unet", Map.of(LINEAR + ".weight", new Shape(6, 5), CONV + ".weight", new Shape(6, 4, 3, 3)),
            "text_encoder", Map.of("text_model.encoder.layers.0.self_attn.q_proj.weight", new Shape(3, 3))));

    @TempDir
    private Path folder;

    private Path write(TensorFile file) {
        return file.write(folder.resolve("lora.safetensors"));
    }

    private LowRankUpdate update(TensorFile file, String component, String layer) throws IOException {
        try (LoraFile opened = LoraFile.open(write(file))) {
            return opened.updates(NETWORKS).get(component).get(layer + ".weight");
        }
    }

    private void assertRefused(TensorFile file, String... reasons) {
        Path path = write(file);
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> LoraSet.open(List.of(new Lora(path)), NETWORKS).close())
                .getMessage();
        assertTrue(message.startsWith(path + ": "), message);
        for (String reason : reasons) {
            assertTrue(message.contains(reason), message);
        }
    }

    private static TensorFile peft(String layer, long[] down, long... up) {
        return new TensorFile()
                .zeros("unet." + layer + ".lora_A.weight", down)
                .zeros("unet." + layer + ".lora_B.weight", up);
    }

    private static long[] shape(long... sizes) {
        return sizes;
    }

    /** The update of a convolution is that of its kernel flattened into columns, in float32. */
    @Test
    void aKernelIsFlattened() throws IOException {
        Random random = new Random(1);
        TensorFile file = new TensorFile()
                .random("unet.conv_in.lora_A.weight", random, 1, 2, 4, 3, 3)
                .random("unet.conv_in.lora_B.weight", random, 1, 6, 2, 1, 1)
                .scalar("unet.conv_in.alpha", 5);
        Path path = write(file);
        GoldenTensors tensors = GoldenTensors.read(path);
        double[] down = tensors.get("unet.conv_in.lora_A.weight").values();
        double[] up = tensors.get("unet.conv_in.lora_B.weight").values();
        try (NDManager manager = NDManager.newBaseManager(Device.cpu());
                HostScalars scalars = new HostScalars(manager);
                LoraSet set = LoraSet.open(List.of(new Lora(path, 0.5), new Lora(path, -0.1)), NETWORKS)) {
            NDArray weight = manager.ones(new Shape(6, 4, 3, 3));
            set.updates("unet").get("conv_in.weight").forEach(update -> update.addTo(weight, scalars));
            float[] values = weight.toFloatArray();
            for (int i = 0; i < values.length; i++) {
                int row = i / 36;
                int column = i % 36;
                double product = up[2 * row] * down[column] + up[2 * row + 1] * down[36 + column];
                assertEquals(1 + (0.5 - 0.1) * 5 / 2 * product, values[i], 1e-5);
            }
        }
    }

    @Test
    void withoutAlphaItIsTheRank() throws IOException {
        assertEquals(1, update(peft(LINEAR, shape(4, 5), 6, 4), "unet", LINEAR).factor());
    }

    @Test
    void alphaMayBeATensor() throws IOException {
        TensorFile file = peft(LINEAR, shape(4, 5), 6, 4).scalar("unet." + LINEAR + ".alpha", 2);
        assertEquals(0.5, update(file, "unet", LINEAR).factor());
    }

    @Test
    void alphaMayBeInTheHeader() throws IOException {
        TensorFile file = peft(LINEAR, shape(4, 5), 6, 4)
                .metadata("lora_adapter_metadata", "{\"unet.r\": 4, \"unet.lora_alpha\": 6}");
        assertEquals(1.5, update(file, "unet", LINEAR).factor());
    }

    /** A linear layer may stand for a convolution of kernel 1, and the other way round, as SD 1.5 and 2.1 differ. */
    @Test
    void kernelsOfOneMayBeLeftOut() throws IOException {
        assertEquals(
                4,
                update(peft(LINEAR, shape(4, 5, 1, 1), 6, 4, 1, 1), "unet", LINEAR)
                        .rank());
    }

    /** All of a text encoder's names: of published models, of transformers 5, of diffusers before 0.22, and kohya's. */
    @Test
    void textEncodersHaveSeveralNames() throws IOException {
        for (String name : List.of(
                "text_encoder.text_model.encoder.layers.0.self_attn.q_proj.lora_%s.weight",
                "text_encoder.encoder.layers.0.self_attn.q_proj.lora_%s.weight",
                "text_encoder.text_model.encoder.layers.0.self_attn.to_q_lora.%s.weight",
                "lora_te_text_model_encoder_layers_0_self_attn_q_proj.lora_%s.weight")) {
            boolean peft = name.contains("q_proj.lora_") && !name.startsWith("lora");
            TensorFile file = new TensorFile()
                    .zeros(name.formatted(peft ? "A" : "down"), 1, 3)
                    .zeros(name.formatted(peft ? "B" : "up"), 3, 1);
            assertEquals(
                    1,
                    update(file, "text_encoder", "text_model.encoder.layers.0.self_attn.q_proj")
                            .rank());
        }
    }

    @Test
    void anUnknownLayerIsNamed() {
        assertRefused(
                peft("mid_block.attentions.7.proj_in", shape(4, 5), 6, 4),
                "tensor 'unet.mid_block.attentions.7.proj_in.lora_A.weight'",
                "this model's unet does not have; a LoRA for another model?");
    }

    @Test
    void anUnknownNetworkIsNamed() {
        TensorFile file = new TensorFile()
                .zeros("lora_te2_text_projection.lora_down.weight", 1, 3)
                .zeros("lora_te2_text_projection.lora_up.weight", 3, 1);
        assertRefused(
                file,
                "tensor 'lora_te2_text_projection.lora_down.weight'",
                "text_encoder_2 that this model does not have; it has [text_encoder, unet]");
    }

    @Test
    void anotherShapeIsNamedWithTheWantedOne() {
        assertRefused(
                peft(LINEAR, shape(4, 8), 6, 4),
                LINEAR + ".lora_A.weight' is F32[4, 8], want F32[4, 5]",
                "'" + LINEAR + ".weight' is (6, 5)");
        assertRefused(peft(LINEAR, shape(4, 5), 8, 4), LINEAR + ".lora_B.weight' is F32[8, 4], want F32[6, 4]");
        assertRefused(
                peft(CONV, shape(2, 4, 1, 1), 6, 2, 1, 1),
                "conv_in.lora_A.weight' is F32[2, 4, 1, 1], want F32[2, 4, 3, 3]");
        assertRefused(
                peft(CONV, shape(2, 4, 3, 3), 6, 2, 3, 3), "conv_in.lora_B.weight' is F32[6, 2, 3, 3], want F32[6, 2]");
    }

    @Test
    void theRanksMustBeOne() {
        assertRefused(
                peft(LINEAR, shape(4, 5), 6, 3),
                LINEAR + ".lora_B.weight' is F32[6, 3], want [out, 4], since",
                "lora_A.weight' is F32[4, 5]");
        assertRefused(
                peft(LINEAR, shape(4, 5), 6, 4).metadata("lora_adapter_metadata", "{\"unet.r\": 16}"),
                "says that its rank is 16.0, but that of the tensors is 4");
    }

    @Test
    void halfALayerIsRefused() {
        assertRefused(new TensorFile().zeros("unet.conv_in.lora_A.weight", 2, 4, 3, 3), "has no counterpart");
        assertRefused(new TensorFile().scalar("unet.conv_in.alpha", 1), "conv_in.alpha' has no counterpart");
    }

    @Test
    void twoNamesOfOneWeightAreRefused() {
        assertRefused(
                peft(LINEAR, shape(4, 5), 6, 4)
                        .zeros("lora_unet_middle_block_1_proj_in.lora_down.weight", 4, 5)
                        .zeros("lora_unet_middle_block_1_proj_in.lora_up.weight", 6, 4),
                "is for the same weight as");
        assertRefused(
                peft(LINEAR, shape(4, 5), 6, 4).zeros("unet." + LINEAR + ".lora.down.weight", 4, 5),
                "is the same part of the same layer as");
    }

    @Test
    void whatIsNoMatrixIsRefused() {
        assertRefused(peft(LINEAR, shape(4), 6, 4), "is F32[4], want a matrix");
        assertRefused(
                peft(LINEAR, shape(4, 5), 6, 4).zeros("unet." + LINEAR + ".alpha", 2), "is F32[2], want one number");
        assertRefused(
                peft(LINEAR, shape(4, 5), 6, 4).scalar("unet." + LINEAR + ".alpha", Float.NaN),
                "is NaN, want a finite number");
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        assertRefused(new TensorFile(), "has no tensors; is this a LoRA file?");
        assertRefused(new TensorFile().zeros("conv_in.weight", 2), "'conv_in.weight' is no name of a LoRA's tensor");
        assertRefused(new TensorFile().zeros("lora_unet_conv_in.hada_w1_a", 2), "is of LoHa, which is not supported");
        Path text = Files.writeString(folder.resolve("text.safetensors"), "no tensors at all");
        assertThrows(MalformedSafetensorsException.class, () -> LoraFile.open(text));
    }

    @Test
    void aScaleIsFinite() {
        String message = assertThrows(IllegalArgumentException.class, () -> new Lora(folder, Double.NaN))
                .getMessage();
        assertEquals("LoRA " + folder + ": scale is NaN, want a finite number", message);
    }
}
