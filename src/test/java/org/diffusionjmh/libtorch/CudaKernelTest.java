package org.diffusionjmh.libtorch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.sun.jna.Memory;
import org.diffusionjmh.cache.Artifacts;
import org.junit.jupiter.api.Test;

class CudaKernelTest {
    /** The driver takes addresses of the arguments, each of the size that the kernel declares. */
    @Test
    void writesArgumentsAndTheirAddresses() {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu());
                NDArray tensor = manager.ones(new ai.djl.ndarray.types.Shape(3));
                Memory parameters = CudaKernel.parameters(tensor, 7, 1L << 40, 0.5F, true)) {
            assertEquals(TensorMemory.address(tensor), parameters.getPointer(0).getLong(0));
            assertEquals(7, parameters.getPointer(8).getInt(0));
            assertEquals(1L << 40, parameters.getPointer(16).getLong(0));
            assertEquals(0.5F, parameters.getPointer(24).getFloat(0));
            assertEquals(1, parameters.getPointer(32).getInt(0));
        }
    }

    @Test
    void refusesWhatKernelsDoNotTake() {
        String message = assertThrows(IllegalArgumentException.class, () -> CudaKernel.parameters(0.5))
                .getMessage();
        assertEquals(
                "a kernel takes no Double; it takes tensors, TensorMap, Integer, Long, Float and Boolean", message);
    }

    @Test
    void kernelsNeedAGpu() {
        String message = assertThrows(
                        IllegalStateException.class,
                        () -> CudaKernels.compile("", "empty.cu", Device.cpu(), Artifacts.none()))
                .getMessage();
        assertEquals("CUDA kernels need a GPU, and this runs on the cpu", message);
    }
}
