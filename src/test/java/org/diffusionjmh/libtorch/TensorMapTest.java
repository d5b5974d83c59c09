package org.diffusionjmh.libtorch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import org.junit.jupiter.api.Test;

class TensorMapTest {
    /** In the driver's order, columns come first; a box is 128 bytes wide. */
    @Test
    void describesRowsOfTheLastDimension() {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            NDArray tensor = TensorMemory.empty(ScalarType.BFLOAT16, new Shape(3, 5, 24), manager);
            TensorMap.Layout layout = TensorMap.Layout.rows(tensor, 7);
            assertEquals(TensorMemory.address(tensor), layout.address());
            assertArrayEquals(new long[] {24, 15}, layout.sizes());
            assertArrayEquals(new long[] {48}, layout.strides());
            assertArrayEquals(new int[] {64, 7}, layout.box());
        }
    }

    /** Sequences in any layout with d innermost; a dimension of one element has no step that matters. */
    @Test
    void describesHeadsOfSequences() {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            NDArray merged = TensorMemory.empty(ScalarType.FLOAT16, new Shape(2, 5, 3, 4, 40), manager);
            NDArray keys = merged.get(":, :, 1").transpose(0, 2, 1, 3);
            TensorMap.Layout layout = TensorMap.Layout.heads(keys, 7);
            assertEquals(TensorMemory.address(merged) + 4 * 40 * 2, layout.address());
            assertArrayEquals(new long[] {40, 4, 5, 2}, layout.sizes());
            assertArrayEquals(new long[] {80, 960, 4800}, layout.strides());
            assertArrayEquals(new int[] {64, 1, 7, 1}, layout.box());

            NDArray single = TensorMemory.empty(ScalarType.FLOAT16, new Shape(1, 1, 5, 40), manager);
            assertArrayEquals(
                    new long[] {128, 80, 128}, TensorMap.Layout.heads(single, 7).strides());
            NDArray turned = TensorMemory.empty(ScalarType.FLOAT16, new Shape(2, 4, 40, 8), manager)
                    .transpose(0, 1, 3, 2);
            assertFalse(CudaKernel.readsHeads(turned));
            String message = assertThrows(IllegalArgumentException.class, () -> TensorMap.Layout.heads(turned, 7))
                    .getMessage();
            assertTrue(message.endsWith("FLOAT16(2, 4, 8, 40) with strides [1280, 320, 1, 8]"), message);
        }
    }

    /** Feature maps and windows with channels innermost. */
    @Test
    void describesPixelsAndWindows() {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            NDArray map = TensorMemory.emptyChannelsLast(ScalarType.FLOAT16, new Shape(2, 24, 5, 7), manager);
            TensorMap.Layout pixels = TensorMap.Layout.pixels(map, 4, 3, 1);
            assertArrayEquals(new long[] {24, 7, 5, 2}, pixels.sizes());
            assertArrayEquals(new long[] {48, 336, 1680}, pixels.strides());
            assertArrayEquals(new int[] {64, 4, 3, 1}, pixels.box());
            TensorMap.Layout windows = TensorMap.Layout.windows(map, 9);
            assertArrayEquals(new long[] {24 * 35, 2}, windows.sizes());
            assertArrayEquals(new long[] {24 * 35 * 2}, windows.strides());
            assertArrayEquals(new int[] {64, 9}, windows.box());

            NDArray rowMajor = TensorMemory.empty(ScalarType.FLOAT16, new Shape(2, 24, 5, 7), manager);
            String message = assertThrows(
                            IllegalArgumentException.class, () -> TensorMap.Layout.pixels(rowMajor, 4, 3, 1))
                    .getMessage();
            assertTrue(message.startsWith("boxes are read where channels are innermost and pixels begin"), message);
            NDArray odd = TensorMemory.emptyChannelsLast(ScalarType.FLOAT16, new Shape(2, 12, 5, 7), manager);
            assertThrows(IllegalArgumentException.class, () -> TensorMap.Layout.windows(odd, 9));
        }
    }

    @Test
    void refusesWhatTheCopyEngineCannotRead() {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            NDArray odd = TensorMemory.empty(ScalarType.FLOAT16, new Shape(3, 12), manager);
            String message = assertThrows(IllegalArgumentException.class, () -> TensorMap.Layout.rows(odd, 7))
                    .getMessage();
            assertTrue(
                    message.startsWith(
                            "boxes are read where rows begin at multiples of 16 bytes, not of FLOAT16(3, 12)"),
                    message);
            NDArray wide = TensorMemory.empty(ScalarType.FLOAT32, new Shape(3, 16), manager);
            assertThrows(IllegalArgumentException.class, () -> TensorMap.Layout.rows(wide, 7));
        }
    }

    /** A kernel takes it by value: the driver copies it from its own memory, which it wants aligned. */
    @Test
    void isAnArgumentWithMemoryOfItsOwn() {
        try (TensorMap map = new TensorMap();
                Memory parameters = CudaKernel.parameters(1, map)) {
            assertEquals(map.pointer(), parameters.getPointer(8));
            assertEquals(0, Pointer.nativeValue(map.pointer()) % 64);
        }
    }
}
