package org.diffusionjmh.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.diffusionjmh.testing.Fixtures;
import org.diffusionjmh.testing.GoldenTensors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written is read back, by this project's reader and by another; a file that is not finished leaves nothing. */
class SafetensorsWriterTest {
    private static final TensorInfo PAIR = new TensorInfo(Dtype.F32, new Shape(2));

    @TempDir
    Path folder;

    private NDManager manager;

    @BeforeEach
    void openManager() {
        manager = NDManager.newBaseManager("PyTorch");
    }

    @AfterEach
    void closeManager() {
        manager.close();
    }

    @Test
    void bothReadersReadWhatIsWritten() throws Exception {
        NDArray transposed =
                manager.create(new float[] {1, 2, 3, 4, 5, 6}, new Shape(2, 3)).transpose();
        NDArray ids = manager.create(new long[] {7, -8});
        Path file = folder.resolve("two.safetensors");
        write(file, Map.of("vägt \"x\"\\<b>\n", transposed, "ids", ids));

        GoldenTensors golden = GoldenTensors.read(file);
        assertArrayEquals(
                new double[] {1, 4, 2, 5, 3, 6}, golden.get("vägt \"x\"\\<b>\n").values());
        assertArrayEquals(new long[] {7, -8}, golden.get("ids").longs());
        try (SafetensorsFile read = SafetensorsFile.open(file)) {
            assertEquals(Map.of("format", "pt"), read.metadata());
            assertEquals(List.of("ids", "vägt \"x\"\\<b>\n"), List.copyOf(read.names()), "wide types come first");
            assertEquals("F32[3, 2]", read.info("vägt \"x\"\\<b>\n").toString());
        }
    }

    /** All types at once, empty tensors, scalars and eight dimensions: the bytes are those of the source. */
    @Test
    void theCorpusIsWrittenAgainByteForByte() throws Exception {
        for (String name : List.of("all-dtypes", "zero-size-and-scalar", "rank-8", "many", "names")) {
            Path source = Fixtures.root().resolve("safetensors-corpus/valid/" + name + ".safetensors");
            Path file = folder.resolve(name + ".safetensors");
            try (SafetensorsFile original = SafetensorsFile.open(source)) {
                copy(original, file);
                try (SafetensorsFile written = SafetensorsFile.open(file)) {
                    assertEquals(original.names().size(), written.names().size(), name);
                    for (String tensor : original.names()) {
                        assertEquals(original.info(tensor), written.info(tensor), tensor);
                        assertEquals(original.bytes(tensor), written.bytes(tensor), tensor);
                    }
                }
            }
        }
    }

    private void copy(SafetensorsFile original, Path file) throws IOException {
        Map<String, TensorInfo> infos = new LinkedHashMap<>();
        original.names().forEach(tensor -> infos.put(tensor, original.info(tensor)));
        try (SafetensorsWriter writer = SafetensorsWriter.create(file, infos)) {
            for (String tensor : original.names()) {
                try (NDArray array = original.mapped(tensor, manager)) {
                    writer.write(tensor, array);
                }
            }
            writer.commit();
        }
    }

    @Test
    void theDataIsAligned() throws Exception {
        Path file = folder.resolve("aligned.safetensors");
        write(file, Map.of("a", manager.ones(new Shape(3))));
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(0, (Long.BYTES + bytes.getLong()) % 64);
        assertEquals(Long.BYTES + bytes.getLong(0) + 3 * Float.BYTES, bytes.capacity());
    }

    @Test
    void aFileThatIsNotCommittedLeavesNothingAndKeepsTheOldOne() throws Exception {
        Path file = Files.writeString(folder.resolve("old.safetensors"), "old");
        try (SafetensorsWriter writer = SafetensorsWriter.create(file, Map.of("a", PAIR, "b", PAIR))) {
            writer.write("a", manager.ones(new Shape(2)));
            IllegalStateException refusal = assertThrows(IllegalStateException.class, writer::commit);
            assertTrue(refusal.getMessage().endsWith("not written yet: [b]"), refusal.getMessage());
        }
        assertEquals("old", Files.readString(file));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(file), files.toList());
        }
    }

    @Test
    void aTensorThatWasNotAnnouncedIsRefused() throws Exception {
        Path file = folder.resolve("x.safetensors");
        try (SafetensorsWriter writer = SafetensorsWriter.create(file, Map.of("a", PAIR))) {
            assertRefused(writer, "b", manager.ones(new Shape(2)), "none of this name");
            assertRefused(writer, "a", manager.ones(new Shape(3)), "'a' is F32[3], announced was F32[2]");
            assertRefused(
                    writer, "a", manager.ones(new Shape(2), DataType.INT64), "'a' is I64[2], announced was F32[2]");
            writer.write("a", manager.ones(new Shape(2)));
            assertRefused(writer, "a", manager.ones(new Shape(2)), "was written before");
        }
        assertFalse(Files.exists(file));
    }

    private static void assertRefused(SafetensorsWriter writer, String name, NDArray tensor, String reason) {
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> writer.write(name, tensor));
        assertTrue(refusal.getMessage().endsWith(reason), refusal.getMessage());
    }

    @Test
    void aMissingFolderIsAnError() {
        Path file = folder.resolve("missing/x.safetensors");
        IOException refusal = assertThrows(IOException.class, () -> SafetensorsWriter.create(file, Map.of())
                .close());
        assertTrue(refusal.getMessage().contains("missing"), refusal.getMessage());
    }

    private static void write(Path file, Map<String, NDArray> tensors) throws IOException {
        Map<String, TensorInfo> infos = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> infos.put(
                name,
                new TensorInfo(Dtype.named(tensor.getDataType().asSafetensors()).orElseThrow(), tensor.getShape())));
        try (SafetensorsWriter writer = SafetensorsWriter.create(file, infos)) {
            for (Map.Entry<String, NDArray> tensor : tensors.entrySet()) {
                writer.write(tensor.getKey(), tensor.getValue());
            }
            writer.commit();
        }
    }
}
