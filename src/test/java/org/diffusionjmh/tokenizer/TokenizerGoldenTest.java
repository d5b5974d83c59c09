package org.diffusionjmh.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.diffusionjmh.testing.Fixtures;
import org.diffusionjmh.testing.GoldenTensors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Our ids are transformers' ids: for the tokenizer fixture's texts, and for the prompts of the text-to-image fixtures. */
class TokenizerGoldenTest {
    @TempDir
    private Path temporary;

    @TestFactory
    Stream<DynamicTest> clipFromVocabularyAndMerges() {
        return clipCases((folder, index) -> folder);
    }

    @TestFactory
    Stream<DynamicTest> clipFromTokenizerJson() {
        return clipCases(this::asTokenizerJson);
    }

    private interface FolderOf {
        Path folder(Path original, int index) throws IOException;
    }

    private static Stream<DynamicTest> clipCases(FolderOf variant) {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path fixture : Fixtures.ofKind("tokenizer")) {
            for (JsonObject golden :
                    objects(Fixtures.json(fixture.resolve("golden.json")).getAsJsonArray("clip"))) {
                String name = golden.get("tokenizer").getAsString();
                String text = golden.get("text").getAsString();
                int index = tests.size();
                tests.add(dynamicTest(name + ": '" + text + "'", () -> {
                    try (ClipTokenizer tokenizer = ClipTokenizer.open(variant.folder(fixture.resolve(name), index))) {
                        TokenizedPrompt prompt = tokenizer.encode(text);
                        assertArrayEquals(longs(golden.getAsJsonArray("ids")), prompt.toArray());
                        assertEquals(golden.get("mask_sum").getAsInt(), prompt.tokenCount());
                        boolean truncated = golden.get("untruncated_length").getAsInt() > tokenizer.modelMaxLength();
                        assertEquals(truncated, prompt.truncatedText().isPresent());
                    }
                }));
            }
        }
        assertTrue(!tests.isEmpty(), "no tokenizer fixture");
        return tests.stream();
    }

    /** A folder that holds the same tokenizer as one tokenizer.json. */
    private Path asTokenizerJson(Path original, int index) throws IOException {
        Path folder = Files.createDirectory(temporary.resolve("json" + index));
        ClipTokenizerDocument document = ClipTokenizerDocument.read(original, ClipTokenizerConfig.read(original));
        Files.writeString(folder.resolve("tokenizer.json"), document.json().toString());
        for (String name : List.of("tokenizer_config.json", "special_tokens_map.json")) {
            Files.copy(original.resolve(name), folder.resolve(name));
        }
        return folder;
    }

    /** T5's ids, whole and padded; skipped where the fixture set has no PixArt snapshot, which holds its tokenizer. */
    @TestFactory
    Stream<DynamicTest> t5() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path fixture : Fixtures.ofKind("tokenizer")) {
            Path folder = fixture.resolveSibling("pixart-alpha").resolve("snapshot/tokenizer");
            for (JsonObject golden :
                    objects(Fixtures.json(fixture.resolve("golden.json")).getAsJsonArray("t5"))) {
                String text = golden.get("text").getAsString();
                long[] ids = longs(golden.getAsJsonArray("ids"));
                long[] padded = longs(golden.getAsJsonArray("padded"));
                tests.add(dynamicTest("'" + text + "'", () -> {
                    assumeTrue(Files.exists(folder), () -> "no T5 tokenizer: the fixtures have no " + folder);
                    try (T5Tokenizer tokenizer = T5Tokenizer.open(folder)) {
                        assertArrayEquals(
                                ids, tokenizer.encode(text, ids.length).toArray());
                        TokenizedPrompt prompt = tokenizer.encode(text, padded.length);
                        assertArrayEquals(padded, prompt.toArray());
                        assertEquals(Math.min(ids.length, padded.length), prompt.tokenCount());
                    }
                }));
            }
        }
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> promptsOfPipelines() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path fixture : Fixtures.ofKind("sdxl-t2i", "sd15-t2i")) {
            GoldenTensors tensors = GoldenTensors.read(fixture.resolve("golden.safetensors"));
            for (JsonObject golden :
                    objects(Fixtures.json(fixture.resolve("golden.json")).getAsJsonArray("cases"))) {
                Path snapshot = fixture.resolve(golden.get("snapshot").getAsString());
                JsonObject call = golden.getAsJsonObject("call");
                String id = golden.get("id").getAsString();
                for (int encoder = 1; encoder <= 2; encoder++) {
                    Path folder = snapshot.resolve(encoder == 1 ? "tokenizer" : "tokenizer_2");
                    for (String kind : List.of("prompt", "negative")) {
                        String tensor = id + "/" + kind + "_ids_" + encoder;
                        if (tensors.has(tensor)) {
                            List<String> texts =
                                    texts(call, kind.equals("prompt") ? "prompt" : "negative_prompt", encoder);
                            tests.add(dynamicTest(tensor, () -> assertIds(folder, texts, tensors.get(tensor))));
                        }
                    }
                }
            }
        }
        assertTrue(!tests.isEmpty(), "no text-to-image fixture");
        return tests.stream();
    }

    private static void assertIds(Path folder, List<String> texts, GoldenTensors.Tensor golden) throws IOException {
        assertEquals(golden.shape()[0], texts.size());
        try (ClipTokenizer tokenizer = ClipTokenizer.open(folder)) {
            for (int i = 0; i < texts.size(); i++) {
                assertArrayEquals(
                        golden.slice(i).longs(), tokenizer.encode(texts.get(i)).toArray(), texts.get(i));
            }
        }
    }

    /** The call's prompts for one encoder; the second one's are the first one's unless given; no negative prompt is "". */
    private static List<String> texts(JsonObject call, String key, int encoder) {
        JsonElement given = call.get(encoder == 2 && call.has(key + "_2") ? key + "_2" : key);
        if (given == null || given.isJsonNull()) {
            return List.of("");
        }
        return given.isJsonArray()
                ? given.getAsJsonArray().asList().stream()
                        .map(JsonElement::getAsString)
                        .toList()
                : List.of(given.getAsString());
    }

    private static List<JsonObject> objects(JsonArray array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                .toList();
    }

    private static long[] longs(JsonArray array) {
        return array.asList().stream().mapToLong(JsonElement::getAsLong).toArray();
    }
}
