package org.diffusionjmh.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;
import org.diffusionjmh.testing.Fixtures;
import org.diffusionjmh.testing.GoldenTensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Tensors of a mapped file: where they stand, what they hold, and what closing the file does. */
class SafetensorsFileTest {
    private static final Path ALL_DTYPES = Fixtures.root().resolve("safetensors-corpus/valid/all-dtypes.safetensors");
    private static final Path UNALIGNED =
            Fixtures.root().resolve("safetensors-corpus/valid/unaligned-header.safetensors");
    private static final float[] VALUES_AS_HALF_READS = {0, 0, 1, -1.5f, 240};

    @TempDir
    Path folder;

    @Test
    void aTensorOfTheSameTypeStandsOnTheMapping() throws Exception {
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                SafetensorsFile file = SafetensorsFile.open(ALL_DTYPES)) {
            NDArray tensor = file.load("t.F32", new Shape(2, 5), manager, DataType.FLOAT32);
            Pointer mapped = Native.getDirectBufferPointer(file.bytes("t.F32"));
            assertEquals(Pointer.nativeValue(mapped), TensorMemory.address(tensor));
            assertEquals(1.5f, -tensor.toFloatArray()[3]);
        }
    }

    @Test
    void anotherTypeIsACopy() throws Exception {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray tensor;
            try (SafetensorsFile file = SafetensorsFile.open(ALL_DTYPES)) {
                tensor = file.load("t.F32", new Shape(2, 5), manager, DataType.FLOAT64);
            }
            assertEquals(0.1f, (float) tensor.toDoubleArray()[4]);
        }
    }

    @Test
    void everyTypeLibtorchComputesWithIsConverted() throws Exception {
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                SafetensorsFile file = SafetensorsFile.open(ALL_DTYPES)) {
            for (String name : List.of("t.F64", "t.F32", "t.F16", "t.BF16", "t.F8_E4M3", "t.F8_E5M2")) {
                NDArray tensor = file.load(name, file.info(name).shape(), manager, DataType.FLOAT32);
                float[] all = tensor.toFloatArray();
                float[] exact = {all[0], all[1] + 0f, all[2], all[3], all[5]};
                float largest = name.equals("t.F8_E5M2") ? 256 : 240; // two bits of mantissa
                float[] expected = VALUES_AS_HALF_READS.clone();
                expected[4] = largest;
                assertArrayEquals(expected, exact, name);
            }
            for (String name : file.names()) {
                NDArray tensor = file.load(name, file.info(name).shape(), manager, DataType.FLOAT32);
                assertEquals(file.info(name).shape(), tensor.getShape(), name);
            }
        }
    }

    @Test
    void bfloat16IsATypeToConvertTo() throws Exception {
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                SafetensorsFile file = SafetensorsFile.open(ALL_DTYPES)) {
            NDArray half = file.load("t.F32", new Shape(2, 5), manager, DataType.BFLOAT16);
            NDArray back = TensorMemory.copy(half, ScalarType.FLOAT32, manager);
            assertEquals(0.1f, back.toFloatArray()[4], 0.1f / 256);
            assertNotEquals(0.1f, back.toFloatArray()[4]);
        }
    }

    @Test
    void aMisalignedTensorIsCopied() throws Exception {
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                SafetensorsFile file = SafetensorsFile.open(UNALIGNED)) {
            NDArray tensor = file.load("a", new Shape(3), manager, DataType.FLOAT32);
            assertEquals(0, TensorMemory.address(tensor) % Float.BYTES);
            assertArrayEquals(GoldenTensors.read(UNALIGNED).get("a").floats(), tensor.toFloatArray());
        }
    }

    @Test
    void scalarsAndEmptyTensorsLoad() throws Exception {
        Path path = Fixtures.root().resolve("safetensors-corpus/valid/zero-size-and-scalar.safetensors");
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                SafetensorsFile file = SafetensorsFile.open(path)) {
            for (String name : file.names()) {
                Shape shape = file.info(name).shape();
                NDArray tensor = file.load(name, shape, manager, DataType.FLOAT32);
                assertEquals(shape, tensor.getShape(), name);
                assertEquals(shape.size(), tensor.toFloatArray().length, name);
            }
        }
    }

    @Test
    void closingEndsTheTensorsThatStandOnTheMapping() throws Exception {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray tensor;
            try (SafetensorsFile file = SafetensorsFile.open(ALL_DTYPES)) {
                tensor = file.load("t.F32", new Shape(2, 5), manager, DataType.FLOAT32);
            }
            assertThrows(IllegalStateException.class, tensor::toFloatArray);
        }
    }

    @Test
    void aClosedFileRefusesToLoadAndClosesAgain() throws Exception {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            SafetensorsFile file = SafetensorsFile.open(ALL_DTYPES);
            file.close();
            file.close();
            IllegalStateException refusal = assertThrows(
                    IllegalStateException.class, () -> file.load("t.F32", new Shape(2, 5), manager, DataType.FLOAT32));
            assertEquals(ALL_DTYPES + " is closed", refusal.getMessage());
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void closingUnmapsAtOnce() throws Exception {
        Path copy = Files.copy(ALL_DTYPES, folder.resolve("mapped.safetensors"));
        try (SafetensorsFile file = SafetensorsFile.open(copy)) {
            assertTrue(isMapped(copy));
            assertTrue(file.names().contains("t.F32"));
        }
        assertFalse(isMapped(copy));
    }

    private static boolean isMapped(Path file) throws IOException {
        return Files.readString(Path.of("/proc/self/maps"))
                .contains(file.toRealPath().toString());
    }

    /** A limit of a few bytes does with this file what the limit of 2 GiB does with a large one. */
    @Test
    void aFileLargerThanOneRegionIsMappedInSeveral() throws Exception {
        Path path = Fixtures.root().resolve("safetensors-corpus/valid/many.safetensors");
        try (SafetensorsFile whole = SafetensorsFile.open(path);
                SafetensorsFile parts = SafetensorsFile.open(path, 100)) {
            for (String name : whole.names()) {
                if (whole.info(name).bytes() <= 100) {
                    assertEquals(whole.bytes(name), parts.bytes(name), name);
                } else {
                    UnsupportedOperationException refusal =
                            assertThrows(UnsupportedOperationException.class, () -> parts.bytes(name));
                    assertTrue(refusal.getMessage().startsWith(path + ": tensor '" + name), refusal.getMessage());
                }
            }
        }
    }

    @Test
    void anUnknownNameIsRefusedWithTheFile() throws Exception {
        try (SafetensorsFile file = SafetensorsFile.open(ALL_DTYPES)) {
            IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, () -> file.info("nothing"));
            assertEquals(ALL_DTYPES + ": no tensor 'nothing'", refusal.getMessage());
        }
    }

    @Test
    void aPackedTypeIsReadButNotLoaded() throws Exception {
        Path path = write("{'x':{'dtype':'F4','shape':[4],'data_offsets':[0,2]}}", 0, 0);
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                SafetensorsFile file = SafetensorsFile.open(path)) {
            assertEquals(2, file.bytes("x").remaining());
            IllegalArgumentException refusal = assertThrows(
                    IllegalArgumentException.class, () -> file.load("x", new Shape(4), manager, DataType.FLOAT32));
            assertTrue(refusal.getMessage().startsWith(path + ": tensor 'x' is F4[4]"), refusal.getMessage());
        }
    }

    /** The value of a byte e is 2 to the power of e - 127. */
    @Test
    void numbersThatAreAnExponentOnlyAreConverted() throws Exception {
        Path path = write("{'x':{'dtype':'F8_E8M0','shape':[2],'data_offsets':[0,2]}}", 127, 130);
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                SafetensorsFile file = SafetensorsFile.open(path)) {
            NDArray tensor = file.load("x", new Shape(2), manager, DataType.FLOAT32);
            assertArrayEquals(new float[] {1, 8}, tensor.toFloatArray());
        }
    }

    /** The safest reading of keys a later version of the format may bring: the reference reader ignores them as well. */
    @Test
    void unknownKeysOfAnEntryAreIgnored() throws Exception {
        Path path = write("{'x':{'dtype':'U8','shape':[1],'new':{'a':[1]},'data_offsets':[0,1]}}", 5);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertEquals("U8[1]", file.info("x").toString());
        }
    }

    private Path write(String header, int... data) throws IOException {
        byte[] json = header.replace('\'', '"').getBytes(StandardCharsets.US_ASCII);
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + json.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json);
        for (int value : data) {
            bytes.put((byte) value);
        }
        return Files.write(folder.resolve("made.safetensors"), bytes.array());
    }

    @Test
    void aFolderIsNotAFile() {
        IOException refusal = assertThrows(
                IOException.class, () -> SafetensorsFile.open(folder).close());
        assertTrue(refusal.getMessage().contains("is a folder"), refusal.getMessage());
    }

    @Test
    void aWholeFixtureReadsAsTheIndependentReaderDoes() throws Exception {
        Path path = Fixtures.ofKind("sdxl-t2i").get(0).resolve("golden.safetensors");
        GoldenTensors golden = GoldenTensors.read(path);
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                SafetensorsFile file = SafetensorsFile.open(path)) {
            for (String name : file.names()) {
                NDArray tensor = file.load(name, file.info(name).shape(), manager, DataType.FLOAT64);
                assertTrue(Arrays.equals(golden.get(name).values(), tensor.toDoubleArray()), name);
                tensor.close();
            }
        }
    }
}
