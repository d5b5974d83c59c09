package org.diffusionjmh.libtorch;

import ai.djl.pytorch.jni.LibUtils;
import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import java.nio.file.Path;
import java.util.OptionalLong;

/** The call of the CUDA driver that its runtime library does not offer. */
final class CudaDriver {
    private static final int SUCCESS = 0;

    /** {@code CU_POINTER_ATTRIBUTE_BUFFER_ID}. */
    private static final int BUFFER_ID = 7;

    private final Function pointerGetAttribute;

    private CudaDriver(Function pointerGetAttribute) {
        this.pointerGetAttribute = pointerGetAttribute;
    }

    /**
     * Binds to the driver that the process has loaded.
     *
     * @throws IllegalStateException if it has none
     */
    static CudaDriver load() {
        NativeLibrary library = NativeLibraries.find("cuda.so", Path.of(LibUtils.getLibtorchPath()))
                .orElseThrow(() -> new IllegalStateException("no CUDA driver (libcuda.so) is loaded"));
        return new CudaDriver(library.getFunction("cuPointerGetAttribute"));
    }

    /**
     * The number of the device memory allocation that an address lies in, which no other allocation of the process has or will have;
     * empty if it lies in none.
     */
    OptionalLong allocationNumber(long address) {
        LongByReference number = new LongByReference();
        int status = pointerGetAttribute.invokeInt(new Object[] {number, BUFFER_ID, new Pointer(address)});
        return status == SUCCESS ? OptionalLong.of(number.getValue()) : OptionalLong.empty();
    }
}
