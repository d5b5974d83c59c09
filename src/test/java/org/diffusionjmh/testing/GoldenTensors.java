package org.diffusionjmh.testing;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The tensors of a {@code golden.safetensors} on the Java heap. A reader of its own, so that the tests' expectations do not pass
 * through the code under test.
 */
public final class GoldenTensors {
    private final JsonObject header;
    private final ByteBuffer data;

    private GoldenTensors(JsonObject header, ByteBuffer data) {
        this.header = header;
        this.data = data;
    }

    /** One recorded tensor, never compared with equals; whatever its stored type, {@code values} are doubles in row-major order. */
    @SuppressWarnings("ArrayRecordComponent")
    public record Tensor(String name, String dtype, long[] shape, double[] values) {
        public float[] floats() {
            float[] floats = new float[values.length];
            for (int i = 0; i < floats.length; i++) {
                floats[i] = (float) values[i];
            }
            return floats;
        }

        public long[] longs() {
            long[] longs = new long[values.length];
            for (int i = 0; i < longs.length; i++) {
                longs[i] = (long) values[i];
            }
            return longs;
        }

        /** The {@code index}-th slice along the first dimension. */
        public Tensor slice(int index) {
            int length = values.length / Math.toIntExact(shape[0]);
            double[] part = new double[length];
            System.arraycopy(values, index * length, part, 0, length);
            long[] rest = new long[shape.length - 1];
            System.arraycopy(shape, 1, rest, 0, rest.length);
            return new Tensor(name + "[" + index + "]", dtype, rest, part);
        }

        /** Largest absolute difference over the largest absolute expected value: the measure the fixtures' tolerances are in. */
        public double relativeError(float[] actual) {
            if (actual.length != values.length) {
                throw new AssertionError(name + ": " + actual.length + " values, want " + values.length);
            }
            double difference = 0;
            double largest = 0;
            for (int i = 0; i < values.length; i++) {
                if (Double.isNaN(actual[i]) != Double.isNaN(values[i])) {
                    return Double.NaN;
                }
                difference = Math.max(difference, Math.abs(actual[i] - values[i]));
                largest = Math.max(largest, Math.abs(values[i]));
            }
            return largest == 0 ? difference : difference / largest;
        }
    }

    public static GoldenTensors read(Path file) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            int length = Math.toIntExact(bytes.getLong());
            String json = new String(bytes.array(), Long.BYTES, length, StandardCharsets.UTF_8);
            bytes.position(Long.BYTES + length);
            return new GoldenTensors(
                    JsonParser.parseString(json).getAsJsonObject(),
                    bytes.slice().order(ByteOrder.LITTLE_ENDIAN));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public boolean has(String name) {
        return header.has(name);
    }

    /** The names of tensors that begin with a prefix. */
    public List<String> namesFrom(String prefix) {
        return header.keySet().stream().filter(name -> name.startsWith(prefix)).toList();
    }

    public Tensor get(String name) {
        if (!header.has(name)) {
            throw new AssertionError("the golden file has no tensor '" + name + "'");
        }
        JsonObject entry = header.getAsJsonObject(name);
        String dtype = entry.get("dtype").getAsString();
        long[] shape = IntStream.range(0, entry.getAsJsonArray("shape").size())
                .mapToLong(i -> entry.getAsJsonArray("shape").get(i).getAsLong())
                .toArray();
        int count = Math.toIntExact(java.util.Arrays.stream(shape).reduce(1, Math::multiplyExact));
        int start = entry.getAsJsonArray("data_offsets").get(0).getAsInt();
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = element(dtype, start, i);
        }
        return new Tensor(name, dtype, shape, values);
    }

    private double element(String dtype, int start, int index) {
        return switch (dtype) {
            case "F64" -> data.getDouble(start + index * Double.BYTES);
            case "F32" -> data.getFloat(start + index * Float.BYTES);
            case "I64" -> data.getLong(start + index * Long.BYTES);
            case "I32" -> data.getInt(start + index * Integer.BYTES);
            case "U8" -> Byte.toUnsignedInt(data.get(start + index));
            default -> throw new AssertionError("golden tensors of type " + dtype + " are not read yet");
        };
    }
}
