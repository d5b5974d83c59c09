package org.diffusionjmh.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights of one file and of shards, under their own names and under those of other versions. */
class SafetensorsWeightsTest {
    @TempDir
    Path folder;

    private NDManager manager;

    @BeforeEach
    void openManager() {
        manager = NDManager.newBaseManager("PyTorch");
    }

    @AfterEach
    void closeManager() {
        manager.close();
    }

    @Test
    void shardsAreOneSource() throws Exception {
        write("m-00001-of-00002.safetensors", Map.of("a", new Shape(2)));
        write("m-00002-of-00002.safetensors", Map.of("b", new Shape(3), "unlisted", new Shape(1)));
        Path index = index("""
                {"metadata": {"total_size": 20}, "weight_map": {
                  "a": "m-00001-of-00002.safetensors", "b": "m-00002-of-00002.safetensors"}}""");
        try (WeightSource weights = SafetensorsWeights.open(index, KeyAliases.NONE)) {
            assertEquals(Set.of("a", "b"), weights.names());
            assertArrayEquals(
                    new float[] {0, 1, 2},
                    weights.load("b", manager, DataType.FLOAT32).toFloatArray());
            assertTrue(weights.location("a").endsWith("m-00001-of-00002.safetensors"));
            assertTrue(weights.location("c").endsWith("m.safetensors.index.json"));
        }
    }

    @Test
    void aMissingShardIsNamed() throws Exception {
        Path index = index("{\"weight_map\": {\"a\": \"m-00001-of-00001.safetensors\"}}");
        assertRefused(index, "m.safetensors.index.json: names [m-00001-of-00001.safetensors], not found beside it");
    }

    @Test
    void aTensorThatItsShardLacksIsNamed() throws Exception {
        write("s.safetensors", Map.of("a", new Shape(2)));
        Path index = index("{\"weight_map\": {\"a\": \"s.safetensors\", \"b\": \"s.safetensors\"}}");
        assertRefused(index, "says that tensor 'b' is in s.safetensors, which does not have it");
    }

    @Test
    void anIndexMustStayInItsFolder() throws Exception {
        assertRefused(index("{\"weight_map\": {\"a\": \"../s.safetensors\"}}"), "want the name of a .safetensors file");
        assertRefused(index("{\"weight_map\": {\"a\": \"/s.safetensors\"}}"), "want the name of a .safetensors file");
        assertRefused(index("{\"weight_map\": {\"a\": \"s.bin\"}}"), "want the name of a .safetensors file");
    }

    @Test
    void anIndexOfAnotherFormIsRefused() throws Exception {
        assertRefused(index("{}"), "want an object weight_map");
        assertRefused(index("{\"weight_map\": []}"), "want an object weight_map");
        assertRefused(index("{\"weight_map\": {\"a\": 1}}"), "weight_map of 'a' is 1");
        assertRefused(index("[]"), "want a JSON object");
        assertRefused(index("{"), "not valid JSON");
        assertRefused(index(""), "not valid JSON");
        assertRefused(index("{} {}"), "m.safetensors.index.json: ");
    }

    @Test
    void aMalformedShardIsRefusedWithItsPath() throws Exception {
        Path shard = Files.write(folder.resolve("s.safetensors"), new byte[3]);
        Path index = index("{\"weight_map\": {\"a\": \"s.safetensors\"}}");
        IOException refusal =
                assertThrows(MalformedSafetensorsException.class, () -> SafetensorsWeights.open(index, KeyAliases.NONE)
                        .close());
        assertTrue(refusal.getMessage().startsWith(shard + ": "), refusal.getMessage());
    }

    @Test
    void aWrongShapeIsRefusedWithFileTensorAndBothShapes() throws Exception {
        Path file = write("w.safetensors", Map.of("x", new Shape(3, 4)));
        try (WeightSource weights = SafetensorsWeights.open(file, KeyAliases.NONE)) {
            IllegalArgumentException refusal = assertThrows(
                    IllegalArgumentException.class,
                    () -> weights.load("x", new Shape(4, 3), manager, DataType.FLOAT32));
            assertTrue(
                    refusal.getMessage().startsWith(file + ": tensor 'x' is F32[3, 4], want F32[4, 3]; "),
                    refusal.getMessage());
            assertEquals(
                    new Shape(3, 4),
                    weights.load("x", new Shape(3, 4), manager, DataType.FLOAT32)
                            .getShape());
        }
    }

    @Test
    void aMissingTensorIsRefusedWithTheFile() throws Exception {
        Path file = write("w.safetensors", Map.of("x", new Shape(1)));
        try (WeightSource weights = SafetensorsWeights.open(file, KeyAliases.STANDARD)) {
            for (String name : new String[] {"y", "text_model.embeddings.position_ids"}) {
                IllegalArgumentException refusal =
                        assertThrows(IllegalArgumentException.class, () -> weights.info(name));
                assertTrue(refusal.getMessage().startsWith(file + ": no tensor '" + name + "'"), refusal.getMessage());
            }
        }
    }

    @Test
    void clipIsReadWithAndWithoutItsPrefix() throws Exception {
        Map<String, Shape> bare = Map.of(
                "embeddings.token_embedding.weight", new Shape(5, 2),
                "embeddings.position_ids", new Shape(1, 77),
                "encoder.layers.0.mlp.fc1.bias", new Shape(4),
                "final_layer_norm.weight", new Shape(2),
                "text_projection.weight", new Shape(2, 2));
        Path file = write("clip.safetensors", bare);
        try (WeightSource weights = SafetensorsWeights.open(file, KeyAliases.STANDARD)) {
            assertEquals(
                    Set.of(
                            "text_model.embeddings.token_embedding.weight",
                            "text_model.encoder.layers.0.mlp.fc1.bias",
                            "text_model.final_layer_norm.weight",
                            "text_projection.weight"),
                    weights.names());
            assertEquals(
                    new Shape(4),
                    weights.info("text_model.encoder.layers.0.mlp.fc1.bias").shape());
            assertEquals(
                    new Shape(4), weights.info("encoder.layers.0.mlp.fc1.bias").shape());
        }
    }

    @Test
    void theAttentionOfOldAutoencodersIsReadUnderItsNewNames() throws Exception {
        String attention = "decoder.mid_block.attentions.0.";
        Map<String, Shape> old = Map.of(
                attention + "query.weight",
                new Shape(2, 2, 1, 1),
                attention + "key.weight",
                new Shape(2, 2),
                attention + "value.bias",
                new Shape(2),
                attention + "proj_attn.weight",
                new Shape(2, 2, 1, 1),
                "decoder.conv_shortcut.weight",
                new Shape(2, 2, 1, 1));
        Path file = write("vae.safetensors", old);
        try (WeightSource weights = SafetensorsWeights.open(file, KeyAliases.STANDARD)) {
            NDArray query = weights.load(attention + "to_q.weight", new Shape(2, 2), manager, DataType.FLOAT32);
            assertArrayEquals(new float[] {0, 1, 2, 3}, query.toFloatArray());
            assertEquals(
                    new Shape(2, 2), weights.info(attention + "to_out.0.weight").shape());
            assertEquals(
                    new Shape(2, 2), weights.info(attention + "to_k.weight").shape());
            assertEquals(new Shape(2), weights.info(attention + "to_v.bias").shape());
            assertEquals(
                    new Shape(2, 2, 1, 1),
                    weights.info("decoder.conv_shortcut.weight").shape(),
                    "a convolution stays one");
        }
    }

    @Test
    void withoutAliasesNamesAreThoseOfTheFile() throws Exception {
        Path file = write("lora.safetensors", Map.of("embeddings.position_ids", new Shape(1)));
        try (WeightSource weights = SafetensorsWeights.open(file, KeyAliases.NONE)) {
            assertEquals(Set.of("embeddings.position_ids"), weights.names());
        }
    }

    @Test
    void twoNamesOfOneWeightAreRefused() throws Exception {
        Path file = write(
                "twice.safetensors",
                Map.of("final_layer_norm.bias", new Shape(1), "text_model.final_layer_norm.bias", new Shape(1)));
        assertRefused(file, "are two names of the same weight 'text_model.final_layer_norm.bias'");
    }

    /** Some files hold T5's token table twice, for encoder and decoder; it goes by either name. */
    @Test
    void t5sTableMayHaveBothItsNames() throws Exception {
        Map<String, Shape> both = Map.of("shared.weight", new Shape(2), "encoder.embed_tokens.weight", new Shape(2));
        Map<String, Shape> second = Map.of("encoder.embed_tokens.weight", new Shape(2));
        for (Map<String, Shape> names : List.of(both, second)) {
            Path file = write("t5-" + names.size() + ".safetensors", names);
            try (WeightSource weights = SafetensorsWeights.open(file, KeyAliases.STANDARD)) {
                assertEquals(Set.of("shared.weight"), weights.names());
            }
        }
    }

    private static void assertRefused(Path file, String reason) {
        SnapshotException refusal =
                assertThrows(SnapshotException.class, () -> SafetensorsWeights.open(file, KeyAliases.STANDARD)
                        .close());
        assertTrue(refusal.getMessage().startsWith(file + ": "), refusal.getMessage());
        assertTrue(refusal.getMessage().contains(reason), refusal.getMessage());
        assertFalse(refusal.getMessage().contains("setStrictness"), refusal.getMessage());
    }

    private Path index(String json) throws IOException {
        return Files.writeString(folder.resolve("m.safetensors.index.json"), json);
    }

    /** Writes float tensors that count up from 0. */
    private Path write(String name, Map<String, Shape> shapes) throws IOException {
        Map<String, TensorInfo> infos = new LinkedHashMap<>();
        shapes.forEach((key, shape) -> infos.put(key, new TensorInfo(Dtype.F32, shape)));
        Path file = folder.resolve(name);
        try (SafetensorsWriter writer = SafetensorsWriter.create(file, infos)) {
            for (Map.Entry<String, Shape> tensor : shapes.entrySet()) {
                Shape shape = tensor.getValue();
                writer.write(
                        tensor.getKey(), manager.arange((float) shape.size()).reshape(shape));
            }
            writer.commit();
        }
        return file;
    }
}
