package org.diffusionjmh.weights;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads JSON: the files of a snapshot, and what users write. */
public final class JsonObjects {
    private static final Pattern PLACE = Pattern.compile(" at line \\d+ column \\d+ path .*");

    private JsonObjects() {}

    /**
     * The object a file holds.
     *
     * @throws SnapshotException if there is no such file or it holds something else
     */
    public static JsonObject read(Path file) throws IOException {
        return read(file, Strictness.STRICT);
    }

    /**
     * The same for a file that may hold {@code NaN}, {@code Infinity} or {@code -Infinity}, which Python writes and JSON has not; they
     * are strings then.
     *
     * @throws SnapshotException as {@link #read(Path)}
     */
    public static JsonObject readWithInfinities(Path file) throws IOException {
        return read(file, Strictness.LENIENT);
    }

    /**
     * The object that a text holds which somebody has typed; quotes around names may be missing.
     *
     * @param what it is, for messages: {@code compiler options}
     * @param example of what is wanted
     * @throws IllegalArgumentException if it holds something else
     */
    public static JsonObject parse(String what, String text, String example) {
        try {
            if (JsonParser.parseString(text) instanceof JsonObject object) {
                return object;
            }
        } catch (JsonParseException e) {
            throw new IllegalArgumentException(what + " " + text + ": not JSON" + place(e), e);
        }
        throw new IllegalArgumentException(what + " " + text + ": want an object such as " + example);
    }

    private static JsonObject read(Path file, Strictness strictness) throws IOException {
        try (JsonReader reader = new JsonReader(Files.newBufferedReader(file))) {
            reader.setStrictness(strictness);
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
        } catch (JsonParseException | MalformedJsonException | EOFException e) {
            throw new SnapshotException(file + ": not valid JSON" + place(e), e);
        } catch (CharacterCodingException e) {
            throw new SnapshotException(file + ": not UTF-8", e);
        }
    }

    /** Where Gson found something wrong, without its advice, which is to be less strict. */
    static String place(Exception e) {
        Matcher matcher = PLACE.matcher(String.valueOf(e.getMessage()));
        return matcher.find() ? MalformedSafetensorsException.shortened(matcher.group()) : "; it ends too early";
    }
}
