package org.diffusionjmh.tokenizer;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What {@code tokenizer_config.json} and {@code special_tokens_map.json} say; both files may be absent.
 *
 * @param modelMaxLength tokens a prompt is padded and truncated to
 * @param added every token to cut out of prompts, the special ones included, by its text
 */
record ClipTokenizerConfig(
        int modelMaxLength, String bos, String eos, String unk, String pad, Map<String, AddedToken> added) {
    /** The positions CLIP's text encoder was trained with. */
    private static final int CLIP_LENGTH = 77;

    private static final int LARGEST_LENGTH = 1 << 16;

    static ClipTokenizerConfig read(Path folder) throws IOException {
        JsonFile config = JsonFile.readIfPresent(folder.resolve("tokenizer_config.json"));
        JsonFile map = JsonFile.readIfPresent(folder.resolve("special_tokens_map.json"));
        Map<String, AddedToken> declared = declaredTokens(config);
        Map<String, AddedToken> added = new LinkedHashMap<>(declared);
        // Files that list their added tokens repeat the special ones there; in older files special_tokens_map.json has
        // the last word.
        JsonFile overriding = declared.isEmpty() ? map : config;
        String bos = name(config, overriding, "bos_token", "<|startoftext|>", added, declared);
        String eos = name(config, overriding, "eos_token", "<|endoftext|>", added, declared);
        String unk = name(config, overriding, "unk_token", "<|endoftext|>", added, declared);
        String pad = name(config, overriding, "pad_token", "<|endoftext|>", added, declared);
        return new ClipTokenizerConfig(modelMaxLength(config), bos, eos, unk, pad, Map.copyOf(added));
    }

    private static Map<String, AddedToken> declaredTokens(JsonFile config) throws TokenizerFileException {
        Map<String, AddedToken> declared = new LinkedHashMap<>();
        JsonElement tokens = config.object().get("added_tokens_decoder");
        if (tokens == null || tokens.isJsonNull()) {
            return declared;
        }
        if (!tokens.isJsonObject()) {
            throw config.error("'added_tokens_decoder' is " + tokens + ", want an object");
        }
        for (Map.Entry<String, JsonElement> entry : tokens.getAsJsonObject().entrySet()) {
            AddedToken token = AddedToken.parse(config, "added_tokens_decoder." + entry.getKey(), entry.getValue());
            declared.put(token.content(), token);
        }
        return declared;
    }

    private static String name(
            JsonFile config,
            JsonFile overriding,
            String key,
            String byDefault,
            Map<String, AddedToken> added,
            Map<String, AddedToken> declared)
            throws TokenizerFileException {
        JsonFile file = isPresent(overriding.object(), key) ? overriding : config;
        AddedToken token = isPresent(file.object(), key)
                ? AddedToken.parse(file, key, file.object().get(key))
                : AddedToken.special(byDefault);
        // One text can have several roles; the role read last decides how it is looked for, as in transformers.
        added.put(token.content(), declared.getOrDefault(token.content(), token));
        return token.content();
    }

    private static boolean isPresent(JsonObject object, String key) {
        return object.has(key) && !object.get(key).isJsonNull();
    }

    private static int modelMaxLength(JsonFile config) throws TokenizerFileException {
        JsonElement value = config.object().get("model_max_length");
        if (value == null || value.isJsonNull()) {
            return CLIP_LENGTH;
        }
        double length =
                value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber() ? value.getAsDouble() : Double.NaN;
        // transformers writes 1e30 where nobody said a length.
        if (length >= 1e30) {
            return CLIP_LENGTH;
        }
        if (length >= 2 && length <= LARGEST_LENGTH && length == Math.rint(length)) {
            return (int) length;
        }
        throw config.error("'model_max_length' is " + value + ", want an integer from 2 to " + LARGEST_LENGTH);
    }
}
