package org.diffusionjmh.libtorch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
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
