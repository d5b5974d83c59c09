package org.diffusionjmh.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

/** An entry is read as it was written, or refused. */
class EntryTest {
    private static final ArtifactKey KEY = new ArtifactKey("network", Map.of("name", "unet \"\u00e9\"", "gpu", "a\nb"));

    @Property(tries = 200)
    void whatIsWrittenIsRead(@ForAll @Size(max = 200) byte[] content) throws Entry.DamagedException {
        Entry read = Entry.of(new Entry(KEY, content).toBytes());
        assertEquals(KEY, read.key());
        assertArrayEquals(content, read.content());
    }

    @Example
    void truncatedAnywhereItIsRefused() {
        byte[] bytes = new Entry(KEY, "content".getBytes(StandardCharsets.US_ASCII)).toBytes();
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThrows(Entry.DamagedException.class, () -> Entry.of(cut), length + " bytes");
        }
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
        assertThrows(Entry.DamagedException.class, () -> Entry.of(longer));
    }

    @Example
    void withAnyBitFlippedItIsRefused() {
        byte[] bytes = new Entry(KEY, "content".getBytes(StandardCharsets.US_ASCII)).toBytes();
        for (int bit = 0; bit < bytes.length * Byte.SIZE; bit++) {
            byte[] flipped = bytes.clone();
            flipped[bit / Byte.SIZE] ^= (byte) (1 << (bit % Byte.SIZE));
            assertThrows(Entry.DamagedException.class, () -> Entry.of(flipped), "bit " + bit);
        }
    }

    @Property(tries = 200)
    void anyOtherBytesAreRefused(@ForAll @Size(max = 300) byte[] bytes) {
        assertThrows(Entry.DamagedException.class, () -> Entry.of(bytes));
    }
}
