package org.diffusionjmh.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * CLIP's tokenizer as a {@code tokenizer.json} document: the folder's own, or one made from {@code vocab.json} and
 * {@code merges.txt} with the parts that transformers' {@code CLIPTokenizer} has.
 */
final class ClipTokenizerDocument {
    /** CLIP's words: its special tokens, English endings, runs of letters, single digits, runs of anything else but space. */
    private static final String WORDS =
            "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

    private final JsonFile file;
    private final Map<String, Integer> addedIds = new LinkedHashMap<>();

    private ClipTokenizerDocument(JsonFile file) {
        this.file = file;
    }

    /**
     * Reads a tokenizer folder; {@code tokenizer.json} is preferred where both forms are there.
     *
     * @throws TokenizerFileException if a file is missing or wrong, or a special token is not in the vocabulary
     */
    static ClipTokenizerDocument read(Path folder, ClipTokenizerConfig config) throws IOException {
        Path whole = folder.resolve("tokenizer.json");
        Path vocabFile = folder.resolve("vocab.json");
        Path mergesFile = folder.resolve("merges.txt");
        ClipTokenizerDocument document;
        if (Files.exists(whole)) {
            document = new ClipTokenizerDocument(JsonFile.read(whole));
            document.checkModel();
        } else if (Files.exists(vocabFile) && Files.exists(mergesFile)) {
            BytePairVocabulary vocabulary = BytePairVocabulary.read(vocabFile, mergesFile);
            document = new ClipTokenizerDocument(new JsonFile(vocabFile, assemble(vocabulary, config)));
        } else {
            Path missing = Files.exists(vocabFile) ? mergesFile : vocabFile;
            throw new TokenizerFileException(
                    missing,
                    "no such file; a CLIP tokenizer is a folder with vocab.json and merges.txt, or with tokenizer.json");
        }
        document.addTokens(config);
        return document;
    }

    JsonObject json() {
        return file.object();
    }

    /** The id of a token of the vocabulary. */
    int id(String token) throws TokenizerFileException {
        Integer added = addedIds.get(token);
        if (added != null) {
            return added;
        }
        JsonElement value =
                file.object().getAsJsonObject("model").getAsJsonObject("vocab").get(token);
        if (value == null) {
            throw file.error("the vocabulary has no token '" + token
                    + "', which the tokenizer's configuration names; add it, or correct tokenizer_config.json");
        }
        return BytePairVocabulary.id(file, token, value);
    }

    private void checkModel() throws TokenizerFileException {
        JsonElement model = file.object().get("model");
        boolean bytePairs = model != null
                && model.isJsonObject()
                && model.getAsJsonObject().get("vocab") instanceof JsonObject
                && model.getAsJsonObject().has("merges");
        if (!bytePairs) {
            throw file.error(
                    "'model' is not a byte-pair encoding with 'vocab' and 'merges', so this is no CLIP tokenizer");
        }
    }

    /** Adds the configuration's tokens to those the document lists itself, which keep their properties. */
    private void addTokens(ClipTokenizerConfig config) throws TokenizerFileException {
        Map<String, JsonObject> entries = new LinkedHashMap<>();
        if (file.object().get("added_tokens") instanceof JsonArray listed) {
            for (JsonElement element : listed) {
                if (!(element instanceof JsonObject entry) || !entry.has("id")) {
                    throw file.error("'added_tokens' holds " + element + ", want an object with 'id' and 'content'");
                }
                String content = AddedToken.parse(file, "added_tokens", entry).content();
                addedIds.put(content, BytePairVocabulary.id(file, content, entry.get("id")));
                entries.put(content, entry);
            }
        }
        for (AddedToken token : config.added().values()) {
            if (!entries.containsKey(token.content())) {
                entries.put(token.content(), token.toJson(id(token.content())));
            }
        }
        JsonArray sorted = new JsonArray();
        entries.values().stream()
                .sorted(Comparator.comparingInt(entry -> entry.get("id").getAsInt()))
                .forEach(sorted::add);
        file.object().add("added_tokens", sorted);
    }

    private static JsonObject assemble(BytePairVocabulary vocabulary, ClipTokenizerConfig config) {
        return TokenizerJson.document(
                TokenizerJson.sequence(
                        "normalizers", TokenizerJson.typed("NFC"), collapseSpace(), TokenizerJson.typed("Lowercase")),
                TokenizerJson.sequence("pretokenizers", splitWords(), byteLevel(false)),
                byteLevel(true),
                bytePairs(vocabulary, config));
    }

    private static JsonObject collapseSpace() {
        JsonObject replace = TokenizerJson.typed("Replace");
        replace.add("pattern", TokenizerJson.regex("\\s+"));
        replace.addProperty("content", " ");
        return replace;
    }

    private static JsonObject splitWords() {
        JsonObject split = TokenizerJson.typed("Split");
        split.add("pattern", TokenizerJson.regex(WORDS));
        split.addProperty("behavior", "Removed");
        split.addProperty("invert", true);
        return split;
    }

    private static JsonObject byteLevel(boolean addPrefixSpace) {
        JsonObject level = TokenizerJson.typed("ByteLevel");
        level.addProperty("add_prefix_space", addPrefixSpace);
        level.addProperty("trim_offsets", true);
        level.addProperty("use_regex", true);
        return level;
    }

    private static JsonObject bytePairs(BytePairVocabulary vocabulary, ClipTokenizerConfig config) {
        JsonObject model = TokenizerJson.typed("BPE");
        model.add("dropout", JsonNull.INSTANCE);
        model.addProperty("unk_token", config.unk());
        model.addProperty("continuing_subword_prefix", "");
        model.addProperty("end_of_word_suffix", "</w>");
        model.addProperty("fuse_unk", false);
        model.addProperty("byte_fallback", false);
        model.addProperty("ignore_merges", false);
        model.add("vocab", vocabulary.ids());
        model.add("merges", vocabulary.merges());
        return model;
    }
}
