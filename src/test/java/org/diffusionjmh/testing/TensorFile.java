package org.diffusionjmh.testing;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Puts a safetensors file of float32 tensors together, with any names, shapes and metadata. */
public final class TensorFile {
    private final JsonObject header = new JsonObject();
    private final JsonObject metadata = new JsonObject();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();

    /** A tensor without values of interest. */
    public TensorFile zeros(String name, long... shape) {
        return put(name, new float[elements(shape)], shape);
    }

    /** A tensor of normally distributed values. */
    public TensorFile random(String name, Random random, double deviation, long... shape) {
        float[] values = new float[elements(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
        return put(name, values, shape);
    }

    public TensorFile scalar(String name, float value) {
        return put(name, new float[] {value});
    }

    private TensorFile put(String name, float[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        JsonObject entry = new JsonObject();
        entry.addProperty("dtype", "F32");
        entry.add("shape", array(shape));
        entry.add("data_offsets", array(data.size(), data.size() + bytes.capacity()));
        header.add(name, entry);
        data.writeBytes(bytes.array());
        return this;
    }

    /** An entry of the header's {@code __metadata__}. */
    public TensorFile metadata(String key, String value) {
        metadata.addProperty(key, value);
        return this;
    }

    /** Writes the file and returns its path. */
    public Path write(Path file) {
        header.add("__metadata__", metadata);
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + json.length + data.size())
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .put(data.toByteArray());
        try {
            return Files.write(file, bytes.array());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int elements(long... shape) {
        long elements = 1;
        for (long size : shape) {
            elements *= size;
        }
        return Math.toIntExact(elements);
    }

    private static JsonArray array(long... values) {
        JsonArray array = new JsonArray();
        for (long value : values) {
            array.add(value);
        }
        return array;
    }
}
