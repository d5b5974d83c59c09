package org.diffusionjmh.torchscript;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PickleReaderTest {
    /** Opcodes as characters and numbers. */
    private static byte[] pickle(Object... parts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(0x80);
        bytes.write(2);
        for (Object part : parts) {
            if (part instanceof Integer number) {
                bytes.write(number);
            } else {
                bytes.writeBytes(((String) part).getBytes(StandardCharsets.US_ASCII));
            }
        }
        return bytes.toByteArray();
    }

    /** All widths of whole numbers, with their signs. */
    @ParameterizedTest
    @CsvSource({
        "4b ff, 255",
        "4d ff ff, 65535",
        "4a fe ff ff ff, -2",
        "8a 00, 0",
        "8a 01 ff, -1",
        "8a 08 00 00 00 00 01 00 00 00, 4294967296",
        "8a 08 ff ff ff ff ff ff ff ff, -1",
    })
    void readsWholeNumbers(String opcode, long value) {
        List<Object> parts = new ArrayList<>();
        for (String part : opcode.split(" ", -1)) {
            parts.add(Integer.parseInt(part, 16));
        }
        parts.add(".");
        assertEquals(value, PickleReader.read(pickle(parts.toArray())));
    }

    /** A text that is used twice is written once, and called up by its number. */
    @Test
    void readsContainersAndWhatTheyShare() {
        byte[] pickle = pickle(
                "}(", // the outer dictionary
                "X", 1, 0, 0, 0, "a", "q", 0, "](", "K", 1, "h", 0, "K", 7, "K", 8, 0x86,
                "e", // a list: 1, "a" again, (7, 8)
                "X", 1, 0, 0, 0, "b", "r", 1, 1, 0, 0, "}(", "j", 1, 1, 0, 0, "N", "h", 0, 0x88,
                "u", // a dictionary: "b": None, "a": True
                "X", 1, 0, 0, 0, "c", "(", 0x89, "G", 0x3f, 0xf8, 0, 0, 0, 0, 0, 0, "t", // a tuple: False, 1.5
                "u.");
        Map<?, ?> value = (Map<?, ?>) PickleReader.read(pickle);
        assertEquals(List.of(1L, "a", List.of(7L, 8L)), value.get("a"));
        Map<?, ?> inner = (Map<?, ?>) value.get("b");
        assertTrue(inner.containsKey("b") && inner.get("b") == null, inner::toString);
        assertEquals(true, inner.get("a"));
        assertEquals(List.of(false, 1.5), value.get("c"));
    }

    @Test
    void refusesClasses() {
        String message = assertThrows(IllegalArgumentException.class, () -> PickleReader.read(pickle("cos\nsystem\n.")))
                .getMessage();
        assertTrue(message.contains("0x63 at byte 2"), message);
    }

    /** Wherever it is cut off, and where items have nothing to go into. */
    @Test
    void refusesWhatIsBroken() {
        byte[] whole = pickle("](", "X", 1, 0, 0, 0, "a", "K", 1, "e.");
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThrows(IllegalArgumentException.class, () -> PickleReader.read(cut), "of " + length + " bytes");
        }
        assertThrows(IllegalArgumentException.class, () -> PickleReader.read(pickle("K", 1, "(K", 2, "e.")));
        assertThrows(IllegalArgumentException.class, () -> PickleReader.read(pickle("e.")));
    }
}
