package org.diffusionjmh.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The tokenizer of a T5 text encoder: transformers' {@code T5Tokenizer} over a sentencepiece model. Safe for many threads; holds
 * native memory until closed.
 */
public final class T5Tokenizer implements AutoCloseable {
    private static final String END = "</s>";
    private static final String PAD = "<pad>";
    private static final int EXTRA_IDS = 100;
    private static final int MOST_EXTRA_IDS = 1 << 16;

    private final NativeTokenizer tokenizer;
    private final PromptLayout layout;

    private T5Tokenizer(NativeTokenizer tokenizer, PromptLayout layout) {
        this.tokenizer = tokenizer;
        this.layout = layout;
    }

    /**
     * Opens a snapshot's tokenizer folder with {@code spiece.model} and perhaps {@code tokenizer_config.json}, whose
     * {@code extra_ids} (100) says how many sentinel tokens follow the model's pieces.
     *
     * @throws TokenizerFileException if a file is missing or is not what its name says
     * @throws IOException if a file cannot be read
     */
    public static T5Tokenizer open(Path folder) throws IOException {
        Path file = folder.resolve("spiece.model");
        SentencePieceModel model = SentencePieceModel.read(file);
        int extraIds = extraIds(JsonFile.readIfPresent(folder.resolve("tokenizer_config.json")));
        JsonObject document = document(model, extraIds);
        PromptLayout layout = new PromptLayout(List.of(), id(file, model, END), id(file, model, PAD));
        return new T5Tokenizer(NativeTokenizer.load(document, file), layout);
    }

    /**
     * Encodes a prompt: its tokens, {@code </s>}, then padding; what does not fit before the end token is cut off.
     *
     * @param maxLength ids wanted, at least 1; PixArt's {@code max_sequence_length}
     * @throws IllegalStateException if the tokenizer is closed
     */
    public TokenizedPrompt encode(String prompt, int maxLength) {
        return layout.lay(tokenizer, prompt, maxLength);
    }

    @Override
    public void close() {
        tokenizer.close();
    }

    private static JsonObject document(SentencePieceModel model, int extraIds) {
        JsonArray vocabulary = new JsonArray();
        JsonArray added = new JsonArray();
        for (SentencePieceModel.Piece piece : model.pieces()) {
            if (piece.text().equals(END) || piece.text().equals(PAD) || vocabulary.size() == model.unknownId()) {
                added.add(AddedToken.special(piece.text()).toJson(vocabulary.size()));
            }
            vocabulary.add(scored(piece.text(), piece.score()));
        }
        // The sentinels count down: <extra_id_0> is the last id.
        for (int i = extraIds - 1; i >= 0; i--) {
            String sentinel = "<extra_id_" + i + ">";
            added.add(AddedToken.special(sentinel).toJson(vocabulary.size()));
            vocabulary.add(scored(sentinel, 0));
        }
        JsonObject unigram = TokenizerJson.typed("Unigram");
        unigram.addProperty("unk_id", model.unknownId());
        unigram.add("vocab", vocabulary);
        unigram.addProperty("byte_fallback", false);
        JsonObject document = TokenizerJson.document(
                normalizer(model),
                TokenizerJson.sequence("pretokenizers", TokenizerJson.typed("WhitespaceSplit"), metaspace()),
                metaspace(),
                unigram);
        document.add("added_tokens", added);
        return document;
    }

    private static JsonElement normalizer(SentencePieceModel model) {
        if (model.charsMap().isEmpty()) {
            return JsonNull.INSTANCE;
        }
        JsonObject normalizer = TokenizerJson.typed("Precompiled");
        normalizer.addProperty("precompiled_charsmap", model.charsMap());
        return normalizer;
    }

    private static JsonObject metaspace() {
        JsonObject metaspace = TokenizerJson.typed("Metaspace");
        metaspace.addProperty("replacement", "\u2581");
        metaspace.addProperty("prepend_scheme", "always");
        metaspace.addProperty("split", true);
        return metaspace;
    }

    private static JsonArray scored(String text, float score) {
        JsonArray entry = new JsonArray();
        entry.add(text);
        // The double that the float is: the library computes in doubles.
        entry.add((double) score);
        return entry;
    }

    private static long id(Path file, SentencePieceModel model, String text) throws TokenizerFileException {
        for (int id = 0; id < model.pieces().size(); id++) {
            if (model.pieces().get(id).text().equals(text)) {
                return id;
            }
        }
        throw new TokenizerFileException(file, "no piece '" + text + "', which a T5 tokenizer needs");
    }

    private static int extraIds(JsonFile config) throws TokenizerFileException {
        JsonElement value = config.object().get("extra_ids");
        if (value == null || value.isJsonNull()) {
            return EXTRA_IDS;
        }
        try {
            int count = Integer.parseInt(value.toString());
            if (count >= 0 && count <= MOST_EXTRA_IDS) {
                return count;
            }
        } catch (NumberFormatException e) {
            // Said below, as for a number out of range.
        }
        throw config.error("'extra_ids' is " + value + ", want an integer from 0 to " + MOST_EXTRA_IDS);
    }
}
