package org.diffusionjmh.libtorch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.jna.Pointer;
import org.junit.jupiter.api.Test;

class LaunchConfigurationTest {
    /** The layout of {@code CUlaunchConfig} in cuda.h: seven numbers, a stream, attributes of 72 bytes, and how many. */
    @Test
    void hasTheDriversLayout() {
        try (LaunchConfiguration configuration = new LaunchConfiguration(
                new CudaKernel.Grid(7, 3), new CudaKernel.Block(256, 4096), new Pointer(0x1234))) {
            Pointer memory = configuration.pointer();
            assertArrayEquals(new int[] {7, 3, 1, 256, 1, 1, 4096}, memory.getIntArray(0, 7));
            assertEquals(0x1234, Pointer.nativeValue(memory.getPointer(32)));
            assertEquals(1, memory.getInt(48));
            Pointer attribute = memory.getPointer(40);
            assertEquals(6, attribute.getInt(0));
            assertEquals(1, attribute.getInt(8));
        }
    }
}
