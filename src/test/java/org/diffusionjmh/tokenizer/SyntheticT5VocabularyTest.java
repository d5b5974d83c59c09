package org.diffusionjmh.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ids expected here were checked with transformers and with sentencepiece on the written folder. */
class SyntheticT5VocabularyTest {
    @TempDir
    private Path folder;

    @Test
    void isATokenPerCharacter() throws IOException {
        new SyntheticT5Vocabulary(32128).write(folder.resolve("new"));
        try (T5Tokenizer tokenizer = T5Tokenizer.open(folder.resolve("new"))) {
            TokenizedPrompt prompt = tokenizer.encode("A fox, 7 \u00e9!", 15);
            assertEquals(List.of(3L, 36L, 3L, 73L, 82L, 91L, 15L, 3L, 26L, 3L, 2L, 4L, 1L, 0L, 0L), prompt.ids());
            assertEquals(13, prompt.tokenCount());
            assertEquals(
                    List.of(197L, 3L, 91L, 98L, 1L),
                    tokenizer.encode("<extra_id_0> x<extra_id_99>", 5).ids());
        }
    }

    /** Every printable character of ASCII has an id of its own within the smallest vocabulary. */
    @Test
    void knowsAllOfAscii() throws IOException {
        assertEquals(198, SyntheticT5Vocabulary.SMALLEST_SIZE);
        new SyntheticT5Vocabulary(198).write(folder);
        try (T5Tokenizer tokenizer = T5Tokenizer.open(folder)) {
            StringBuilder all = new StringBuilder();
            for (char character = '!'; character <= '~'; character++) {
                all.append(character);
            }
            List<Long> ids = tokenizer.encode(all.toString(), 96).ids();
            assertEquals(LongStream.rangeClosed(3, 97).boxed().toList(), ids.subList(0, 95));
        }
    }

    @Test
    void refusesTooSmallAVocabulary() {
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> new SyntheticT5Vocabulary(197));
        assertEquals(
                "a T5 vocabulary of 197 tokens cannot hold the characters and sentinels; want at least 198",
                refusal.getMessage());
    }
}
