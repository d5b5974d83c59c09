package org.diffusionjmh.weights;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads the JSON files of a snapshot. */
final class JsonObjects {
    private JsonObjects() {}

    /**
     * The object a file holds.
     *
     * @throws SnapshotException if there is no such file or it holds something else
     */
    static JsonObject read(Path file) throws IOException {
        try (JsonReader reader = new JsonReader(Files.newBufferedReader(file))) {
            reader.setStrictness(Strictness.STRICT);
            if (reader.peek() != JsonToken.BEGIN_OBJECT) {
                throw new SnapshotException(file + ": want a JSON object, found " + reader.peek());
            }
            JsonObject object = JsonParser.parseReader(reader).getAsJsonObject();
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new SnapshotException(file + ": text after the JSON object");
            }
            return object;
        } catch (NoSuchFileException e) {
            throw new SnapshotException(file + ": no such file; is the snapshot complete?", e);
        } catch (JsonParseException | com.google.gson.stream.MalformedJsonException | java.io.EOFException e) {
            throw new SnapshotException(file + ": not valid JSON: " + e.getMessage(), e);
        } catch (java.nio.charset.CharacterCodingException e) {
            throw new SnapshotException(file + ": not UTF-8", e);
        }
    }
}
