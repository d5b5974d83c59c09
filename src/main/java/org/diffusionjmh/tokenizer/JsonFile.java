package org.diffusionjmh.tokenizer;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A JSON file that holds one object. Strict: Gson on its own takes an empty file, unquoted names and trailing text for JSON. */
record JsonFile(Path path, JsonObject object) {
    static JsonFile read(Path path) throws IOException {
        try (JsonReader reader = new JsonReader(Files.newBufferedReader(path))) {
            reader.setStrictness(Strictness.STRICT);
            JsonElement element = JsonParser.parseReader(reader);
            if (!element.isJsonObject() || reader.peek() != JsonToken.END_DOCUMENT) {
                throw new TokenizerFileException(path, "holds something else than one JSON object");
            }
            return new JsonFile(path, element.getAsJsonObject());
        } catch (NoSuchFileException e) {
            throw new TokenizerFileException(path, "no such file", e);
        } catch (JsonParseException | MalformedJsonException e) {
            throw new TokenizerFileException(path, "not JSON in UTF-8" + place(e), e);
        }
    }

    /** The file's object, or an empty one if there is no such file. */
    static JsonFile readIfPresent(Path path) throws IOException {
        return Files.exists(path) ? read(path) : new JsonFile(path, new JsonObject());
    }

    TokenizerFileException error(String reason) {
        return new TokenizerFileException(path, reason);
    }

    /** Gson says where, after advice to accept broken JSON that no user can take. */
    private static String place(Exception e) {
        Matcher place = Pattern.compile("at line \\d+ column \\d+ path \\S+").matcher(String.valueOf(e.getMessage()));
        return place.find() ? ", " + place.group() : ": " + e.getMessage();
    }
}
