package org.diffusionjmh.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a tokenizer folder may say, and how each thing wrong with one is reported. */
class ClipTokenizerTest {
    private static final long START = 512;
    private static final long END = 513;

    @TempDir
    private Path folder;

    @BeforeEach
    void writeFolder() throws IOException {
        new SyntheticClipVocabulary(514).write(folder, "<|endoftext|>");
    }

    @Test
    void reportsTheTextThatDidNotFitAsDiffusersDoes() throws IOException {
        // One token a letter: 75 of the 86 that transformers gives fit; its batch_decode of the rest is the expected
        // text.
        String prompt =
                "the quick brown fox jumps over the lazy dog and then it runs away to the hills beyond the 🌳🌳 river";
        try (ClipTokenizer tokenizer = ClipTokenizer.open(folder)) {
            TokenizedPrompt encoded = tokenizer.encode(prompt);
            assertEquals(77, encoded.tokenCount());
            assertEquals(Optional.of("🌳 river"), encoded.truncatedText());
            assertEquals(Optional.empty(), tokenizer.encode("a".repeat(75)).truncatedText());
            assertEquals(Optional.of("a"), tokenizer.encode("a".repeat(76)).truncatedText());
        }
    }

    @Test
    void paddingTokenIsTheSnapshots() throws IOException {
        new SyntheticClipVocabulary(514).write(folder, "!");
        try (ClipTokenizer tokenizer = ClipTokenizer.open(folder)) {
            TokenizedPrompt encoded = tokenizer.encode("a");
            assertEquals(List.of(START, 256L + 64, END, 0L), encoded.ids().subList(0, 4));
            assertEquals(3, encoded.tokenCount());
        }
    }

    @Test
    void lengthIsTheConfigurations() throws IOException {
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"model_max_length\": 5}");
        try (ClipTokenizer tokenizer = ClipTokenizer.open(folder)) {
            assertEquals(
                    List.of(START, 256L + 64, END, END, END),
                    tokenizer.encode("a").ids());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"{}", "{\"model_max_length\": 1e30}", "{\"model_max_length\": null, \"pad_token\": null}"})
    void withoutALengthItIs77(String config) throws IOException {
        Files.writeString(folder.resolve("tokenizer_config.json"), config);
        try (ClipTokenizer tokenizer = ClipTokenizer.open(folder)) {
            assertEquals(77, tokenizer.encode("a").ids().size());
        }
    }

    @Test
    void vocabularyAndMergesAreEnough() throws IOException {
        Files.delete(folder.resolve("tokenizer_config.json"));
        Files.delete(folder.resolve("special_tokens_map.json"));
        try (ClipTokenizer tokenizer = ClipTokenizer.open(folder)) {
            assertEquals(
                    List.of(START, 256L + 64, END, END),
                    tokenizer.encode("a").ids().subList(0, 4));
        }
    }

    /** Published files list added tokens with their flags; here {@code normalized} decides whether upper case is found too. */
    @ParameterizedTest
    @CsvSource({"true, 3", "false, 17"})
    void addedTokensKeepTheirFlags(boolean normalized, int tokenCount) throws IOException {
        Files.writeString(folder.resolve("tokenizer_config.json"), """
                {"bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>", "pad_token": "<|endoftext|>", "added_tokens_decoder": {
                  "512": {"content": "<|startoftext|>", "normalized": %s, "special": true},
                  "513": {"content": "<|endoftext|>", "normalized": true, "special": true}}}
                """.formatted(normalized));
        try (ClipTokenizer tokenizer = ClipTokenizer.open(folder)) {
            assertEquals(tokenCount, tokenizer.encode("<|STARTOFTEXT|>").tokenCount());
        }
    }

    @Test
    void halfASurrogatePairIsAQuestionMark() throws IOException {
        try (ClipTokenizer tokenizer = ClipTokenizer.open(folder)) {
            assertEquals(tokenizer.encode("? half"), tokenizer.encode("\ud83e half"));
        }
    }

    @Test
    void manyThreadsGetTheSameIds() throws IOException {
        try (ClipTokenizer tokenizer = ClipTokenizer.open(folder)) {
            List<TokenizedPrompt> alone = IntStream.range(0, 200)
                    .mapToObj(i -> tokenizer.encode("fox " + i))
                    .toList();
            List<TokenizedPrompt> together = IntStream.range(0, 200)
                    .parallel()
                    .mapToObj(i -> tokenizer.encode("fox " + i))
                    .toList();
            assertEquals(alone, together);
        }
    }

    /** Beside a GPU, DJL would otherwise download a CUDA build of the library; on EC2 it would report home. */
    @Test
    void keepsDjlOffTheNetwork() throws IOException {
        ClipTokenizer.open(folder).close();
        assertEquals("cpu", System.getProperty("RUST_FLAVOR", System.getenv("RUST_FLAVOR")));
        assertEquals("true", System.getProperty("OPT_OUT_TRACKING", System.getenv("OPT_OUT_TRACKING")));
    }

    @Test
    void closedMeansClosed() throws IOException {
        ClipTokenizer tokenizer = ClipTokenizer.open(folder);
        tokenizer.close();
        tokenizer.close();
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> tokenizer.encode("a"));
        assertEquals("the tokenizer of " + folder + " is closed", e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"vocab.json", "merges.txt"})
    void namesTheMissingFile(String name) throws IOException {
        Files.delete(folder.resolve(name));
        assertRefused(
                name,
                "no such file; a CLIP tokenizer is a folder with vocab.json and merges.txt, or with tokenizer.json");
    }

    @Test
    void namesTheMissingFolder() {
        Path missing = folder.resolve("none");
        TokenizerFileException e = assertThrows(TokenizerFileException.class, () -> ClipTokenizer.open(missing));
        assertTrue(e.getMessage().startsWith(missing + ": no such folder"), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "vocab.json | {\"a\": 0 | not JSON in UTF-8",
                "vocab.json | `` | something else than one JSON object",
                "vocab.json | {a: 0} | not JSON",
                "vocab.json | [] | something else than one JSON object",
                "vocab.json | {} {} | not JSON in UTF-8, at line 1 column 5 path $",
                "vocab.json | {} | the vocabulary is empty",
                "vocab.json | {\"a\": -1} | token 'a' has the id -1, want an integer",
                "vocab.json | {\"a\": 1.5} | token 'a' has the id 1.5, want an integer",
                "vocab.json | {\"a\": \"1\"} | token 'a' has the id \"1\", want an integer",
                "vocab.json | {\"a\": 1, \"b\": 1} | tokens 'a' and 'b' have the same id 1",
                "vocab.json | {\"a\": 1} | the vocabulary has no token '<|endoftext|>'",
                "merges.txt | a b c | line 1 is 'a b c', want two tokens with one space between",
                "merges.txt | ab | line 1 is 'ab', want two tokens",
                "merges.txt | zz b | line 1, 'zz b', needs the token 'zz', which",
                "merges.txt | a b | line 1, 'a b', needs the token 'ab', which",
                "tokenizer_config.json | {\"model_max_length\": 1} | 'model_max_length' is 1, want an integer from 2 to 65536",
                "tokenizer_config.json | {\"model_max_length\": \"77\"} | 'model_max_length' is \"77\"",
                "tokenizer_config.json | {\"added_tokens_decoder\": 3} | 'added_tokens_decoder' is 3, want an object",
                "tokenizer_config.json | {\"added_tokens_decoder\": {\"7\": 1}} | 'added_tokens_decoder.7' is 1, want a token",
                "special_tokens_map.json | {\"pad_token\": 7} | 'pad_token' is 7, want a token",
                "special_tokens_map.json | {\"pad_token\": {\"lstrip\": true}} | want a token",
                "special_tokens_map.json | {\"pad_token\": {\"content\": \"!\", \"lstrip\": 1}} | 'pad_token.lstrip' is 1, want true or false",
                "tokenizer.json | {\"model\": {\"type\": \"Unigram\", \"vocab\": []}} | 'model' is not a byte-pair encoding",
                "tokenizer.json | {\"model\": {\"vocab\": {}, \"merges\": []}, \"added_tokens\": [1]} | 'added_tokens' holds 1",
            })
    void refusesAWrongFileByName(String name, String content, String reason) throws IOException {
        Files.writeString(folder.resolve(name), content);
        assertRefused(name, reason);
    }

    @Test
    void namesAPaddingTokenThatIsNotInTheVocabulary() throws IOException {
        Files.writeString(folder.resolve("special_tokens_map.json"), "{\"pad_token\": \"<pad>\"}");
        assertRefused("vocab.json", "the vocabulary has no token '<pad>', which the tokenizer's configuration names");
    }

    /** The library's own refusal names the folder. */
    @Test
    void passesOnWhatTheLibrarySays() throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), """
                {"version": "1.0", "added_tokens": [], "normalizer": {"type": "Unheard"},
                 "model": {"type": "BPE", "vocab": {"<|startoftext|>": 0, "<|endoftext|>": 1}, "merges": []}}
                """);
        assertRefused("", "the tokenizers library does not take this tokenizer: ");
    }

    @Test
    void refusesTextThatIsNotUtf8() throws IOException {
        Files.write(folder.resolve("merges.txt"), new byte[] {(byte) 0xff, ' ', 'b'});
        assertRefused("merges.txt", "not text in UTF-8");
        Files.write(folder.resolve("vocab.json"), new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'});
        assertRefused("vocab.json", "not JSON in UTF-8");
    }

    private void assertRefused(String name, String reason) {
        TokenizerFileException e = assertThrows(TokenizerFileException.class, () -> ClipTokenizer.open(folder));
        assertTrue(e.getMessage().startsWith(folder.resolve(name) + ": "), e.getMessage());
        assertTrue(e.getMessage().contains(reason), e.getMessage());
    }
}
