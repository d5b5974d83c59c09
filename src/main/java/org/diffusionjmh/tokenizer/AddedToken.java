package org.diffusionjmh.tokenizer;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;

/**
 * A token that is cut out of a prompt before byte-pair encoding.
 *
 * @param normalized whether it is looked for after normalization (so in upper case too) or before
 */
record AddedToken(
        String content,
        boolean singleWord,
        boolean leftStrip,
        boolean rightStrip,
        boolean normalized,
        boolean special) {
    /** A special token given by its text alone. */
    static AddedToken special(String content) {
        return new AddedToken(content, false, false, false, false, true);
    }

    /** Reads a token written as a string or as an object; {@code key} names it in the file, for the error. */
    static AddedToken parse(JsonFile file, String key, JsonElement value) throws TokenizerFileException {
        if (isString(value)) {
            return special(value.getAsString());
        }
        if (value.isJsonObject() && isString(value.getAsJsonObject().get("content"))) {
            JsonObject token = value.getAsJsonObject();
            return new AddedToken(
                    token.get("content").getAsString(),
                    flag(file, key, token, "single_word", false),
                    flag(file, key, token, "lstrip", false),
                    flag(file, key, token, "rstrip", false),
                    flag(file, key, token, "normalized", false),
                    flag(file, key, token, "special", true));
        }
        throw file.error(
                "'" + key + "' is " + value + ", want a token: a string, or an object with a string 'content'");
    }

    /** The entry of a {@code tokenizer.json}'s {@code added_tokens}. */
    JsonObject toJson(int id) {
        JsonObject json = new JsonObject();
        json.addProperty("id", id);
        json.addProperty("content", content);
        json.addProperty("single_word", singleWord);
        json.addProperty("lstrip", leftStrip);
        json.addProperty("rstrip", rightStrip);
        json.addProperty("normalized", normalized);
        json.addProperty("special", special);
        return json;
    }

    private static boolean isString(JsonElement value) {
        return value != null
                && value.isJsonPrimitive()
                && value.getAsJsonPrimitive().isString();
    }

    private static boolean flag(JsonFile file, String key, JsonObject token, String name, boolean absent)
            throws TokenizerFileException {
        JsonElement value = token.get(name);
        if (value == null) {
            return absent;
        }
        if (value.isJsonPrimitive() && value.getAsJsonPrimitive().isBoolean()) {
            return value.getAsBoolean();
        }
        throw file.error("'" + key + "." + name + "' is " + value + ", want true or false");
    }
}
