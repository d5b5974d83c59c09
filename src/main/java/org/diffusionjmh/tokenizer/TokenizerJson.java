package org.diffusionjmh.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;

/** The parts of a {@code tokenizer.json} document, in the tokenizers library's terms. */
final class TokenizerJson {
    private TokenizerJson() {}

    /** A document without added tokens, which leaves start, end and padding to its user. */
    static JsonObject document(JsonElement normalizer, JsonObject preTokenizer, JsonObject decoder, JsonObject model) {
        JsonObject json = new JsonObject();
        json.addProperty("version", "1.0");
        json.add("truncation", JsonNull.INSTANCE);
        json.add("padding", JsonNull.INSTANCE);
        json.add("added_tokens", new JsonArray());
        json.add("normalizer", normalizer);
        json.add("pre_tokenizer", preTokenizer);
        json.add("post_processor", JsonNull.INSTANCE);
        json.add("decoder", decoder);
        json.add("model", model);
        return json;
    }

    static JsonObject typed(String type) {
        JsonObject json = new JsonObject();
        json.addProperty("type", type);
        return json;
    }

    static JsonObject regex(String pattern) {
        JsonObject json = new JsonObject();
        json.addProperty("Regex", pattern);
        return json;
    }

    /** @param name "normalizers" or "pretokenizers" */
    static JsonObject sequence(String name, JsonObject... parts) {
        JsonArray array = new JsonArray();
        for (JsonObject part : parts) {
            array.add(part);
        }
        JsonObject json = typed("Sequence");
        json.add(name, array);
        return json;
    }
}
