package org.diffusionjmh.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Hand-made sentencepiece models: a small good one, and each thing that can be wrong with one. */
class T5TokenizerTest {
    @TempDir
    private Path folder;

    @Test
    void encodesWithTheModelsPieces() throws IOException {
        Files.write(folder.resolve("spiece.model"), model(1, 2, "<pad>", "</s>", "<unk>", "\u2581", "\u2581fox", "es"));
        try (T5Tokenizer tokenizer = T5Tokenizer.open(folder)) {
            assertEquals(
                    new TokenizedPrompt(List.of(4L, 5L, 4L, 3L, 2L, 1L, 0L), 6, Optional.empty()),
                    tokenizer.encode("foxes fox 7", 7));
            assertEquals(
                    new TokenizedPrompt(List.of(4L, 5L, 1L), 3, Optional.of("fox")), tokenizer.encode("foxes  fox", 3));
            // Sentinels follow the pieces and count down.
            assertEquals(
                    List.of(6L + 99, 6L, 1L),
                    tokenizer.encode("<extra_id_0><extra_id_99>", 3).ids());
            assertThrows(IllegalArgumentException.class, () -> tokenizer.encode("fox", 0));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2 | 2 | model_type is 2, want 1 (unigram)",
                "1 | 9 | the unknown piece has id 9, but there are 3 pieces",
                "1 | 1 | no piece '<pad>'"
            })
    void refusesAnotherKindOfModel(int modelType, int unknownId, String reason) throws IOException {
        Files.write(folder.resolve("spiece.model"), model(modelType, unknownId, "<s>", "</s>", "<unk>"));
        assertRefused(reason);
    }

    @Test
    void refusesATruncatedOrMissingFile() throws IOException {
        assertRefused("no such file");
        byte[] whole = model(1, 2, "<pad>", "</s>", "<unk>");
        Files.write(folder.resolve("spiece.model"), Arrays.copyOf(whole, whole.length - 1));
        assertRefused("bytes, but only");
        Files.write(folder.resolve("spiece.model"), "version https://git-lfs".getBytes(StandardCharsets.UTF_8));
        assertRefused("not a sentencepiece model");
    }

    /** Any bytes at all: read, or refused with the file's name; never another exception. */
    @Property
    void anyBytesAreReadOrRefused(@ForAll @Size(max = 64) byte[] bytes) throws IOException {
        Path file = Files.createTempFile("spiece", ".model");
        try {
            Files.write(file, bytes);
            SentencePieceModel.read(file);
        } catch (TokenizerFileException e) {
            assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
        } finally {
            Files.delete(file);
        }
    }

    private void assertRefused(String reason) {
        TokenizerFileException e = assertThrows(TokenizerFileException.class, () -> T5Tokenizer.open(folder));
        assertTrue(e.getMessage().startsWith(folder.resolve("spiece.model") + ": "), e.getMessage());
        assertTrue(e.getMessage().contains(reason), e.getMessage());
    }

    /** A ModelProto: the pieces with score -1, then a TrainerSpec. */
    private static byte[] model(int modelType, int unknownId, String... pieces) {
        ByteArrayOutputStream model = new ByteArrayOutputStream();
        for (String piece : pieces) {
            byte[] text = piece.getBytes(StandardCharsets.UTF_8);
            ByteBuffer message = ByteBuffer.allocate(2 + text.length + 5).order(ByteOrder.LITTLE_ENDIAN);
            message.put((byte) (1 << 3 | 2)).put((byte) text.length).put(text);
            message.put((byte) (2 << 3 | 5)).putFloat(-1);
            model.write(1 << 3 | 2);
            model.write(message.capacity());
            model.writeBytes(message.array());
        }
        // 40 << 3 as a varint of two bytes.
        byte[] trainer = {3 << 3, (byte) modelType, (byte) 0xC0, 0x02, (byte) unknownId};
        model.write(2 << 3 | 2);
        model.write(trainer.length);
        model.writeBytes(trainer);
        return model.toByteArray();
    }
}
