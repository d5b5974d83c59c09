package org.diffusionjmh.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.diffusionjmh.testing.Fixtures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The made-up vocabulary has CLIP's ids for bytes; the ids expected here were checked with transformers on the written folder. */
class SyntheticClipVocabularyTest {
    @TempDir
    private Path folder;

    /** CLIP's own vocabulary begins with the same 512 symbols, so the fixture's tokenizer must agree on each. */
    @Test
    void beginsLikeClipsVocabulary() throws IOException {
        new SyntheticClipVocabulary(514).write(folder, "!");
        JsonObject ours = Fixtures.json(folder.resolve("vocab.json"));
        JsonObject theirs = Fixtures.json(Fixtures.ofKind("tokenizer").get(0).resolve("pad-eot/vocab.json"));
        assertEquals(514, ours.size());
        ours.entrySet().stream()
                .filter(entry -> entry.getValue().getAsInt() < 512)
                .forEach(entry -> assertEquals(theirs.get(entry.getKey()), entry.getValue(), entry.getKey()));
    }

    @Test
    void specialTokensAreTheLastIds() throws IOException {
        new SyntheticClipVocabulary(49408).write(folder, "<|endoftext|>");
        try (ClipTokenizer tokenizer = ClipTokenizer.open(folder)) {
            TokenizedPrompt prompt = tokenizer.encode("Fox🦊");
            assertEquals(
                    List.of(49406L, 69L, 78L, 256L + 87, 172L, 253L, 99L, 256L + 232, 49407L),
                    prompt.ids().subList(0, 9));
            assertEquals(9, prompt.tokenCount());
        }
    }

    @Test
    void createsTheFolder() throws IOException {
        Path nested = folder.resolve("a/b");
        new SyntheticClipVocabulary(514).write(nested, "!");
        assertTrue(Files.exists(nested.resolve("merges.txt")));
    }

    @Test
    void refusesTooSmallAVocabularyAndAnUnknownPaddingToken() {
        IllegalArgumentException small =
                assertThrows(IllegalArgumentException.class, () -> new SyntheticClipVocabulary(513));
        assertTrue(small.getMessage().contains("want at least 514"), small.getMessage());
        IllegalArgumentException pad = assertThrows(
                IllegalArgumentException.class, () -> new SyntheticClipVocabulary(514).write(folder, "<pad>"));
        assertTrue(pad.getMessage().contains("'<pad>' is not in the vocabulary"), pad.getMessage());
    }
}
