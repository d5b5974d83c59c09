package org.diffusionjmh.tokenizer;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A T5 vocabulary for models with made-up weights: a sentencepiece model of {@code <pad>}, {@code </s>}, {@code <unk>}, the mark of words'
 * beginnings and a piece for each printable character of ASCII, and T5's 100 sentinels after them. One token a character; other characters
 * are unknown, as rare ones are to the real model. Nothing is normalized.
 */
public final class SyntheticT5Vocabulary {
    private static final int SENTINELS = 100;
    private static final List<String> CONTROL = List.of("<pad>", "</s>");
    private static final String UNKNOWN = "<unk>";
    private static final List<String> PIECES = pieces();

    /** The smallest vocabulary that holds all pieces and sentinels. */
    public static final int SMALLEST_SIZE = CONTROL.size() + 1 + PIECES.size() + SENTINELS;

    // sentencepiece_model.proto: the type of a piece, and of the model.
    private static final int UNKNOWN_PIECE = 2;
    private static final int CONTROL_PIECE = 3;
    private static final int UNIGRAM = 1;

    /** A unit of four bytes for each value of a text's first byte. */
    private static final int EMPTY_TRIE_BYTES = 4 * 256;

    /** The trie's first unit: what follows it would stand from unit 1 on. */
    private static final int ROOT = 1 << 10;

    /** All pieces are as likely. */
    private static final float SCORE = -4.5f;

    private static final Gson GSON =
            new GsonBuilder().disableHtmlEscaping().setPrettyPrinting().create();

    /**
     * A vocabulary for a text encoder; the ids that it has beyond the pieces and sentinels stay unused.
     *
     * @param size rows of the text encoder's table
     * @throws IllegalArgumentException if {@code size} is below {@link #SMALLEST_SIZE}
     */
    public SyntheticT5Vocabulary(int size) {
        if (size < SMALLEST_SIZE) {
            throw new IllegalArgumentException("a T5 vocabulary of " + size
                    + " tokens cannot hold the characters and sentinels; want at least " + SMALLEST_SIZE);
        }
    }

    /**
     * Writes {@code spiece.model}, {@code tokenizer_config.json} and {@code special_tokens_map.json}, as transformers'
     * {@code T5Tokenizer.from_pretrained} reads them, into {@code folder}, which is created.
     */
    public void write(Path folder) throws IOException {
        JsonArray sentinels = new JsonArray();
        IntStream.range(0, SENTINELS).forEach(i -> sentinels.add("<extra_id_" + i + ">"));
        JsonObject special = new JsonObject();
        special.add("additional_special_tokens", sentinels);
        special.addProperty("eos_token", CONTROL.get(1));
        special.addProperty("pad_token", CONTROL.get(0));
        special.addProperty("unk_token", UNKNOWN);

        JsonObject config = special.deepCopy();
        config.addProperty("extra_ids", SENTINELS);
        config.addProperty("legacy", true);
        config.addProperty("model_max_length", 512);
        config.addProperty("tokenizer_class", "T5Tokenizer");

        Files.createDirectories(folder);
        Files.write(folder.resolve("spiece.model"), model().toByteArray());
        Files.writeString(folder.resolve("tokenizer_config.json"), GSON.toJson(config) + "\n");
        Files.writeString(folder.resolve("special_tokens_map.json"), GSON.toJson(special) + "\n");
    }

    private static List<String> pieces() {
        List<String> pieces = new ArrayList<>();
        pieces.add("\u2581");
        IntStream.rangeClosed('!', '~').forEach(character -> pieces.add(Character.toString(character)));
        return List.copyOf(pieces);
    }

    private static ProtobufWriter model() {
        ProtobufWriter model = new ProtobufWriter();
        CONTROL.forEach(text -> model.message(1, piece(text, 0).integer(3, CONTROL_PIECE)));
        model.message(1, piece(UNKNOWN, 0).integer(3, UNKNOWN_PIECE));
        PIECES.forEach(text -> model.message(1, piece(text, SCORE)));
        // TrainerSpec: 3 is model_type, 4 vocab_size, 40 unk_id, 41 bos_id, 42 eos_id, 43 pad_id.
        model.message(
                2,
                new ProtobufWriter()
                        .integer(3, UNIGRAM)
                        .integer(4, CONTROL.size() + 1 + PIECES.size())
                        .integer(40, CONTROL.size())
                        .integer(41, -1)
                        .integer(42, 1)
                        .integer(43, 0));
        // NormalizerSpec: 1 is its name, 2 its rules.
        model.message(3, new ProtobufWriter().string(1, "identity").bytes(2, noRules()));
        return model;
    }

    /**
     * No normalization rules, which transformers does not take for none at all: u32 little-endian, the bytes of a double-array trie; the
     * trie, which holds nothing; and at least one byte of replacements.
     */
    private static byte[] noRules() {
        return ByteBuffer.allocate(Integer.BYTES + EMPTY_TRIE_BYTES + 1)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(EMPTY_TRIE_BYTES)
                .putInt(ROOT)
                .array();
    }

    private static ProtobufWriter piece(String text, float score) {
        return new ProtobufWriter().string(1, text).float32(2, score);
    }
}
