package org.diffusionjmh.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.diffusionjmh.testing.Fixtures;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every file of the corpus: what is in the valid ones, and that the malformed ones are refused. */
class SafetensorsCorpusGoldenTest {
    private static final Path CORPUS = Fixtures.root().resolve("safetensors-corpus");
    private static final Duration PROMPTLY = Duration.ofSeconds(2);

    @TestFactory
    Stream<DynamicTest> validFilesGiveTheRecordedTensors() {
        return entries("valid")
                .map(entry -> DynamicTest.dynamicTest(name(entry), () -> {
                    try (SafetensorsFile file = SafetensorsFile.open(CORPUS.resolve(name(entry)))) {
                        assertEquals(metadata(entry), file.metadata());
                        JsonObject tensors = entry.getAsJsonObject("tensors");
                        assertEquals(tensors.keySet(), file.names());
                        for (String name : tensors.keySet()) {
                            JsonObject tensor = tensors.getAsJsonObject(name);
                            TensorInfo info = file.info(name);
                            assertEquals(
                                    tensor.get("dtype").getAsString(),
                                    info.dtype().name(),
                                    name);
                            assertEquals(shape(tensor), asList(info.shape().getShape()), name);
                            assertEquals(tensor.get("sha256").getAsString(), sha256(file.bytes(name)), name);
                        }
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> malformedFilesAreRefusedWithTheirPath() {
        return entries("malformed")
                .map(entry -> DynamicTest.dynamicTest(name(entry), () -> {
                    Path file = CORPUS.resolve(name(entry));
                    MalformedSafetensorsException refusal = assertTimeoutPreemptively(
                            PROMPTLY,
                            () -> assertThrows(
                                    MalformedSafetensorsException.class,
                                    () -> SafetensorsFile.open(file).close(),
                                    entry.get("wrong").getAsString()));
                    assertTrue(refusal.getMessage().startsWith(file + ": "), refusal.getMessage());
                    assertTrue(
                            refusal.getMessage().contains(" byte " + refusal.byteOffset() + ": "),
                            refusal.getMessage());
                }));
    }

    private static Stream<JsonObject> entries(String kind) {
        JsonArray entries = Fixtures.json(CORPUS.resolve("index.json")).getAsJsonArray(kind);
        return IntStream.range(0, entries.size()).mapToObj(i -> entries.get(i).getAsJsonObject());
    }

    private static String name(JsonObject entry) {
        return entry.get("file").getAsString();
    }

    private static Map<String, String> metadata(JsonObject entry) {
        Map<String, String> metadata = new HashMap<>();
        JsonElement recorded = entry.get("metadata");
        if (recorded != null && recorded.isJsonObject()) {
            recorded.getAsJsonObject()
                    .entrySet()
                    .forEach(field ->
                            metadata.put(field.getKey(), field.getValue().getAsString()));
        }
        return metadata;
    }

    private static String shape(JsonObject tensor) {
        return tensor.getAsJsonArray("shape").toString();
    }

    private static String asList(long[] shape) {
        JsonArray list = new JsonArray();
        for (long dimension : shape) {
            list.add(dimension);
        }
        return list.toString();
    }

    private static String sha256(ByteBuffer bytes) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(bytes);
        return HexFormat.of().formatHex(digest.digest());
    }
}
