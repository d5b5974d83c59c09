package org.diffusionjmh.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Any well-formed file is read as it was made; any damaged one is read or refused, never anything else. */
class SafetensorsPropertiesTest {
    private static final byte[] SAMPLE = file(Map.of(
            "conv.weight", new TensorInfo(Dtype.F32, new Shape(2, 3)),
            "ids", new TensorInfo(Dtype.I64, new Shape(2)),
            "scale", new TensorInfo(Dtype.BF16, new Shape())));

    @Property(tries = 200)
    void whatIsMadeIsRead(@ForAll("tensors") Map<String, TensorInfo> tensors) throws IOException {
        Map<String, TensorInfo> read = new LinkedHashMap<>();
        open(file(tensors), file -> file.names().forEach(name -> read.put(name, file.info(name))));
        assertEquals(tensors, read);
    }

    @Example
    void aFileTruncatedAnywhereIsRefused() {
        for (int length = 0; length < SAMPLE.length; length++) {
            byte[] bytes = Arrays.copyOf(SAMPLE, length);
            assertThrows(MalformedSafetensorsException.class, () -> open(bytes, file -> {}), length + " bytes");
        }
    }

    @Property(tries = 500)
    void aDamagedFileIsReadOrRefused(
            @ForAll @Size(min = 1, max = 4) List<@IntRange(max = 10_000) Integer> positions, @ForAll byte value)
            throws IOException {
        byte[] bytes = SAMPLE.clone();
        positions.forEach(position -> bytes[position % bytes.length] = value);
        readOrRefuse(bytes);
    }

    @Property(tries = 200)
    void aHeaderOfAnyBytesIsReadOrRefused(@ForAll @Size(max = 60) byte[] header) throws IOException {
        readOrRefuse(withHeader(header, 0));
    }

    /** Random text of JSON's own characters goes further into the parser than random bytes do. */
    @Property(tries = 500)
    void aHeaderOfJsonTokensIsReadOrRefused(@ForAll("tokens") List<String> tokens) throws IOException {
        readOrRefuse(withHeader(("{" + String.join("", tokens)).getBytes(StandardCharsets.UTF_8), 8));
    }

    @Provide
    Arbitrary<Map<String, TensorInfo>> tensors() {
        Arbitrary<Shape> shapes = Arbitraries.longs()
                .between(0, 4)
                .array(long[].class)
                .ofMaxSize(5)
                .map(Shape::new);
        Arbitrary<TensorInfo> infos = Combinators.combine(Arbitraries.of(Dtype.class), shapes)
                .as(TensorInfo::new)
                .filter(info -> info.shape().size() * info.dtype().bits() % Byte.SIZE == 0);
        Arbitrary<String> names =
                Arbitraries.strings().filter(name -> name.codePoints().noneMatch(c -> c >= 0xD800 && c <= 0xDFFF));
        return Arbitraries.maps(names, infos).ofMaxSize(12);
    }

    @Provide
    Arbitrary<List<String>> tokens() {
        return Arbitraries.of(
                        "{",
                        "}",
                        "[",
                        "]",
                        ",",
                        ":",
                        "\"a\"",
                        "\"dtype\"",
                        "\"F32\"",
                        "\"shape\"",
                        "\"data_offsets\"",
                        "\"__metadata__\"",
                        "0",
                        "8",
                        "-1",
                        "1e3",
                        "2.5",
                        "9223372036854775808",
                        "null",
                        "true",
                        "NaN",
                        "\"\\ud800\"",
                        "\"a\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,8]}",
                        "'a'",
                        "/*x*/",
                        "\u0000",
                        "\"",
                        "\\",
                        " ")
                .list()
                .ofMaxSize(30);
    }

    private static void readOrRefuse(byte[] bytes) throws IOException {
        try {
            open(bytes, file -> file.names().forEach(name -> file.bytes(name).remaining()));
        } catch (MalformedSafetensorsException refused) {
            assertTrue(refused.getMessage().contains(" byte "), refused.getMessage());
        }
    }

    private interface Reading {
        void accept(SafetensorsFile file);
    }

    private static void open(byte[] bytes, Reading reading) throws IOException {
        Path path = Files.createTempFile("property", ".safetensors");
        try {
            Files.write(path, bytes);
            try (SafetensorsFile file = SafetensorsFile.open(path)) {
                reading.accept(file);
            }
        } finally {
            Files.delete(path);
        }
    }

    private static byte[] file(Map<String, TensorInfo> tensors) {
        JsonObject header = new JsonObject();
        long begin = 0;
        for (Map.Entry<String, TensorInfo> tensor : tensors.entrySet()) {
            JsonObject entry = new JsonObject();
            entry.addProperty("dtype", tensor.getValue().dtype().name());
            entry.add("shape", array(tensor.getValue().shape().getShape()));
            long end = begin + tensor.getValue().bytes();
            entry.add("data_offsets", array(begin, end));
            header.add(tensor.getKey(), entry);
            begin = end;
        }
        return withHeader(header.toString().getBytes(StandardCharsets.UTF_8), (int) begin);
    }

    private static JsonArray array(long... values) {
        JsonArray array = new JsonArray();
        for (long value : values) {
            array.add(value);
        }
        return array;
    }

    private static byte[] withHeader(byte[] header, int dataBytes) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .array());
        bytes.writeBytes(header);
        bytes.writeBytes(new byte[dataBytes]);
        return bytes.toByteArray();
    }
}
