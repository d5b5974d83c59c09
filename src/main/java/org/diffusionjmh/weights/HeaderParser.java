package org.diffusionjmh.weights;

import ai.djl.ndarray.types.Shape;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * Parses the JSON of a safetensors header: an object whose keys are tensor names, or {@code __metadata__} for an object of strings.
 * Stricter than JSON libraries are by themselves: no duplicate keys, no lone surrogates, integers only.
 */
final class HeaderParser {
    static final String METADATA = "__metadata__";

    /** Deep enough for the format (three levels) and for entries of a later version of it. */
    private static final int NESTING_LIMIT = 64;

    private final Path file;
    private final byte[] json;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Map<String, SafetensorsHeader.Entry> tensors = new LinkedHashMap<>();

    /** The tensor whose entry is being read; null outside of one. */
    private String current;

    HeaderParser(Path file, byte[] json) {
        this.file = file;
        this.json = json;
    }

    Map<String, String> metadata() {
        return metadata;
    }

    Map<String, SafetensorsHeader.Entry> tensors() {
        return tensors;
    }

    void parse() throws IOException {
        if (json.length == 0 || json[0] != '{') {
            throw wrong("the header must start with '{'");
        }
        Reader utf8 = new InputStreamReader(new ByteArrayInputStream(json), StandardCharsets.UTF_8.newDecoder());
        try (JsonReader reader = new JsonReader(utf8)) {
            reader.setStrictness(Strictness.STRICT);
            reader.setNestingLimit(NESTING_LIMIT);
            readHeader(reader);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw wrong("text after the header's JSON object");
            }
        } catch (CharacterCodingException e) {
            throw (IOException) wrong("the header is not UTF-8").initCause(e);
        } catch (MalformedJsonException | EOFException e) {
            throw (IOException)
                    wrong("the header is not JSON" + JsonObjects.place(e)).initCause(e);
        }
    }

    private void readHeader(JsonReader reader) throws IOException {
        boolean metadataRead = false;
        reader.beginObject();
        while (reader.hasNext()) {
            String key = checked(reader.nextName());
            if (key.equals(METADATA)) {
                if (metadataRead) {
                    throw wrong("the header has " + METADATA + " twice");
                }
                metadataRead = true;
                readMetadata(reader);
            } else {
                current = key;
                if (tensors.put(key, readEntry(reader)) != null) {
                    throw wrong("the header has this name twice");
                }
                current = null;
            }
        }
        reader.endObject();
    }

    private void readMetadata(JsonReader reader) throws IOException {
        if (reader.peek() == JsonToken.NULL) {
            reader.nextNull();
            return;
        }
        require(reader, JsonToken.BEGIN_OBJECT, METADATA);
        reader.beginObject();
        while (reader.hasNext()) {
            String key = checked(reader.nextName());
            require(reader, JsonToken.STRING, METADATA + " value of '" + key + "'");
            if (metadata.put(key, checked(reader.nextString())) != null) {
                throw wrong(METADATA + " has the key '" + key + "' twice");
            }
        }
        reader.endObject();
    }

    private SafetensorsHeader.Entry readEntry(JsonReader reader) throws IOException {
        require(reader, JsonToken.BEGIN_OBJECT, "entry");
        Set<String> keys = new HashSet<>();
        Dtype dtype = null;
        long[] shape = null;
        long[] offsets = null;
        reader.beginObject();
        while (reader.hasNext()) {
            String key = checked(reader.nextName());
            if (!keys.add(key)) {
                throw wrong("its entry has '" + key + "' twice");
            }
            switch (key) {
                case "dtype" -> dtype = readDtype(reader);
                case "shape" -> shape = readIntegers(reader, key);
                case "data_offsets" -> offsets = readIntegers(reader, key);
                default -> reader.skipValue(); // as the reference reader does
            }
        }
        reader.endObject();
        if (dtype == null || shape == null || offsets == null) {
            throw wrong("its entry needs dtype, shape and data_offsets, it has " + keys);
        }
        return entry(new TensorInfo(dtype, new Shape(shape)), offsets);
    }

    private SafetensorsHeader.Entry entry(TensorInfo info, long[] offsets) throws IOException {
        if (offsets.length != 2 || offsets[0] > offsets[1]) {
            throw wrong("its data_offsets are " + Arrays.toString(offsets) + ", want [begin, end]");
        }
        long wanted;
        try {
            wanted = info.bytes();
        } catch (ArithmeticException e) {
            throw (IOException) wrong("a tensor " + info + " is not a possible number of bytes")
                    .initCause(e);
        }
        if (offsets[1] - offsets[0] != wanted) {
            throw wrong("its data_offsets " + Arrays.toString(offsets) + " span " + (offsets[1] - offsets[0])
                    + " bytes, " + info + " takes " + wanted);
        }
        return new SafetensorsHeader.Entry(info, offsets[0], offsets[1]);
    }

    private Dtype readDtype(JsonReader reader) throws IOException {
        require(reader, JsonToken.STRING, "dtype");
        String name = reader.nextString();
        return Dtype.named(name)
                .orElseThrow(() -> wrong("unknown dtype '" + MalformedSafetensorsException.shortened(name)
                        + "', known are " + Arrays.toString(Dtype.values())));
    }

    private long[] readIntegers(JsonReader reader, String key) throws IOException {
        require(reader, JsonToken.BEGIN_ARRAY, key);
        LongStream.Builder integers = LongStream.builder();
        reader.beginArray();
        while (reader.hasNext()) {
            require(reader, JsonToken.NUMBER, key + " element");
            integers.add(integer(reader.nextString(), key));
        }
        reader.endArray();
        return integers.build().toArray();
    }

    private long integer(String text, String key) throws IOException {
        if (text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            try {
                return Long.parseLong(text);
            } catch (NumberFormatException tooLarge) {
                throw (IOException) wrong("its " + key + " has " + shortened(text) + ", more than any file holds")
                        .initCause(tooLarge);
            }
        }
        throw wrong("its " + key + " has " + shortened(text) + ", want whole numbers from 0 up");
    }

    private static String shortened(String text) {
        return MalformedSafetensorsException.shortened(text);
    }

    private void require(JsonReader reader, JsonToken wanted, String what) throws IOException {
        JsonToken found = reader.peek();
        if (found != wanted) {
            throw wrong(what + " is a JSON " + found + ", want " + wanted);
        }
    }

    /** Refuses text with half of a surrogate pair, which has no UTF-8 form. */
    private String checked(String text) throws IOException {
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int codePoint = text.codePointAt(i);
            if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
                throw wrong("the header has text with a lone surrogate");
            }
        }
        return text;
    }

    private MalformedSafetensorsException wrong(String reason) {
        return current == null
                ? MalformedSafetensorsException.at(file, Long.BYTES, reason)
                : MalformedSafetensorsException.in(file, current, Long.BYTES, reason);
    }
}
