package org.diffusionjmh.libtorch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class AllocatorSnapshotTest {
    private static final long MIB = 1 << 20;

    /** A snapshot of segments, given as pairs of device and size. */
    private static byte[] snapshot(String key, long... segments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x80, 2, '}', '('});
        text(out, key);
        out.writeBytes(new byte[] {']', '('});
        for (int i = 0; i < segments.length; i += 2) {
            out.writeBytes(new byte[] {'}', '('});
            text(out, "device");
            number(out, segments[i]);
            text(out, "total_size");
            number(out, segments[i + 1]);
            out.write('u');
        }
        out.writeBytes(new byte[] {'e', 'u', '.'});
        return out.toByteArray();
    }

    private static void text(ByteArrayOutputStream out, String text) {
        out.write('X');
        out.writeBytes(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(text.length())
                .array());
        out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void number(ByteArrayOutputStream out, long number) {
        out.writeBytes(new byte[] {(byte) 0x8a, Long.BYTES});
        out.writeBytes(ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(number)
                .array());
    }

    @Test
    void addsUpTheSegmentsOfOneDevice() {
        byte[] snapshot = snapshot("segments", 0, 20 * MIB, 1, 500 * MIB, 0, 8192 * MIB);
        assertEquals(OptionalLong.of(8212 * MIB), AllocatorSnapshot.reservedBytes(snapshot, 0));
        assertEquals(OptionalLong.of(500 * MIB), AllocatorSnapshot.reservedBytes(snapshot, 1));
        assertEquals(OptionalLong.of(0), AllocatorSnapshot.reservedBytes(snapshot, 2));
    }

    /** A later libtorch may write it in another way: then nothing is told, and not 0. */
    @Test
    void tellsNothingOfWhatItDoesNotKnow() {
        assertEquals(OptionalLong.empty(), AllocatorSnapshot.reservedBytes(snapshot("pools", 0, MIB), 0));
        assertEquals(OptionalLong.empty(), AllocatorSnapshot.reservedBytes(new byte[] {(byte) 0x80, 2, 'N', '.'}, 0));
        assertEquals(OptionalLong.empty(), AllocatorSnapshot.reservedBytes(new byte[0], 0));
    }

    /** Both kinds of {@code std::string}, and a name that is not there, on functions that every libtorch has. */
    @Test
    void readsTextsThatFunctionsReturn() {
        LibTorch libtorch = LibTorch.get();
        String capability =
                new String(libtorch.text("_ZN2at18get_cpu_capabilityB5cxx11Ev").orElseThrow(), StandardCharsets.UTF_8);
        assertTrue(capability.matches("[A-Za-z0-9]{4,15}"), capability);
        String configuration =
                new String(libtorch.text("_ZN2at11show_configB5cxx11Ev").orElseThrow(), StandardCharsets.UTF_8);
        assertTrue(configuration.startsWith("PyTorch built with:"), configuration);
        assertEquals(Optional.empty(), libtorch.text("_ZN2at13no_such_thingB5cxx11Ev"));
    }

    @Test
    void asksOnlyAnAllocatorThatCaches() {
        assertTrue(new AllocatorSettings(Map.of()).isCaching());
        assertTrue(new AllocatorSettings(Map.of("PYTORCH_CUDA_ALLOC_CONF", "expandable_segments:True")).isCaching());
        assertTrue(!new AllocatorSettings(Map.of("PYTORCH_ALLOC_CONF", "backend:cudaMallocAsync")).isCaching());
        assertTrue(!new AllocatorSettings(Map.of("PYTORCH_NO_CUDA_MEMORY_CACHING", "1")).isCaching());
    }
}
