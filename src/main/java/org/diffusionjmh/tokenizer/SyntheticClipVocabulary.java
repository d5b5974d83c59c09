package org.diffusionjmh.tokenizer;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;

/**
 * A CLIP vocabulary for models with made-up weights: CLIP's 256 byte symbols (ids 0 to 255), the same as ends of words (256 to 511),
 * no merges, and {@code <|startoftext|>} and {@code <|endoftext|>} as the last two ids. Every text can be encoded, one token a byte.
 */
public final class SyntheticClipVocabulary {
    /** The smallest vocabulary that holds all symbols. */
    public static final int SMALLEST_SIZE = 2 * 256 + 2;

    private static final String START = "<|startoftext|>";
    private static final String END = "<|endoftext|>";
    private static final Gson GSON =
            new GsonBuilder().disableHtmlEscaping().setPrettyPrinting().create();

    private final JsonObject ids = new JsonObject();

    /**
     * A vocabulary whose largest id is {@code size - 1}; the ids between the symbols and the two special tokens stay unused.
     *
     * @throws IllegalArgumentException if {@code size} is below {@link #SMALLEST_SIZE}
     */
    public SyntheticClipVocabulary(int size) {
        if (size < SMALLEST_SIZE) {
            throw new IllegalArgumentException(
                    "a CLIP vocabulary of " + size + " tokens cannot hold the bytes, their word ends and " + START
                            + ", " + END + "; want at least " + SMALLEST_SIZE);
        }
        for (String suffix : new String[] {"", "</w>"}) {
            byteSymbols().forEach(symbol -> ids.addProperty(Character.toString(symbol) + suffix, ids.size()));
        }
        ids.addProperty(START, size - 2);
        ids.addProperty(END, size - 1);
    }

    /**
     * Writes {@code vocab.json}, {@code merges.txt}, {@code tokenizer_config.json} and {@code special_tokens_map.json}, as transformers'
     * {@code CLIPTokenizer.from_pretrained} reads them, into {@code folder}, which is created.
     *
     * @param padToken {@code <|endoftext|>} as in SD 1.x, or {@code !} as in SDXL's second tokenizer
     * @throws IllegalArgumentException if the vocabulary has no such token
     */
    public void write(Path folder, String padToken) throws IOException {
        if (!ids.has(padToken)) {
            throw new IllegalArgumentException(
                    "padding token '" + padToken + "' is not in the vocabulary; want " + END + " or !");
        }
        JsonObject special = new JsonObject();
        special.add("bos_token", token(START));
        special.add("eos_token", token(END));
        special.addProperty("pad_token", padToken);
        special.add("unk_token", token(END));

        JsonObject config = new JsonObject();
        config.addProperty("add_prefix_space", false);
        config.addProperty("do_lower_case", true);
        config.addProperty("errors", "replace");
        config.addProperty("model_max_length", 77);
        config.addProperty("tokenizer_class", "CLIPTokenizer");
        special.entrySet().forEach(entry -> {
            config.add(entry.getKey(), entry.getValue().deepCopy());
            if (entry.getValue().isJsonObject()) {
                config.getAsJsonObject(entry.getKey()).addProperty("__type", "AddedToken");
            }
        });

        Files.createDirectories(folder);
        Files.writeString(folder.resolve("vocab.json"), GSON.toJson(ids) + "\n");
        Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\n");
        Files.writeString(folder.resolve("tokenizer_config.json"), GSON.toJson(config) + "\n");
        Files.writeString(folder.resolve("special_tokens_map.json"), GSON.toJson(special) + "\n");
    }

    private static JsonObject token(String content) {
        JsonObject token = new JsonObject();
        token.addProperty("content", content);
        token.addProperty("lstrip", false);
        token.addProperty("normalized", true);
        token.addProperty("rstrip", false);
        token.addProperty("single_word", false);
        return token;
    }

    /** The characters that stand for bytes in GPT-2's and CLIP's vocabularies: Latin-1's printable ones, the other bytes from U+0100 on. */
    private static IntStream byteSymbols() {
        IntStream printable = IntStream.rangeClosed(0, 255).filter(SyntheticClipVocabulary::standsForItself);
        long others =
                IntStream.rangeClosed(0, 255).filter(b -> !standsForItself(b)).count();
        return IntStream.concat(printable, IntStream.range(0x100, 0x100 + (int) others));
    }

    private static boolean standsForItself(int b) {
        // U+00AD, the soft hyphen, is invisible.
        return (b >= '!' && b <= '~') || (b >= 0xA1 && b != 0xAD);
    }
}
