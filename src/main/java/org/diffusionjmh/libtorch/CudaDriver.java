package org.diffusionjmh.libtorch;

import ai.djl.pytorch.jni.LibUtils;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.file.Path;
import java.util.OptionalLong;

/** The calls of the CUDA driver that its runtime library does not offer. */
final class CudaDriver {
    private static final int SUCCESS = 0;

    /** {@code CU_POINTER_ATTRIBUTE_BUFFER_ID}. */
    private static final int BUFFER_ID = 7;

    /** {@code CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES}. */
    private static final int MAX_DYNAMIC_SHARED_BYTES = 8;

    private static final int NAME_BYTES = 256;

    private final NativeLibrary library;

    private CudaDriver(NativeLibrary library) {
        this.library = library;
    }

    /** Attributes of a device, with their numbers in {@code CUdevice_attribute}. */
    enum Attribute {
        MULTIPROCESSORS(16),
        COMPUTE_CAPABILITY_MAJOR(75),
        COMPUTE_CAPABILITY_MINOR(76);

        private final int number;

        Attribute(int number) {
            this.number = number;
        }
    }

    /**
     * Binds to the driver that the process has loaded.
     *
     * @throws IllegalStateException if it has none
     */
    static CudaDriver load() {
        return new CudaDriver(NativeLibraries.find("cuda.so", Path.of(LibUtils.getLibtorchPath()))
                .orElseThrow(() -> new IllegalStateException("no CUDA driver (libcuda.so) is loaded")));
    }

    /**
     * The number of the device memory allocation that an address lies in, which no other allocation of the process has or will have;
     * empty if it lies in none.
     */
    OptionalLong allocationNumber(long address) {
        LongByReference number = new LongByReference();
        int status = invoke("cuPointerGetAttribute", number, BUFFER_ID, new Pointer(address));
        return status == SUCCESS ? OptionalLong.of(number.getValue()) : OptionalLong.empty();
    }

    /** An attribute of the current device. */
    int attribute(Attribute attribute) {
        IntByReference device = new IntByReference();
        check("cuCtxGetDevice", device);
        IntByReference value = new IntByReference();
        check("cuDeviceGetAttribute", value, attribute.number, device.getValue());
        return value.getValue();
    }

    /** The current device's name, for example {@code NVIDIA H200}. */
    String deviceName() {
        IntByReference device = new IntByReference();
        check("cuCtxGetDevice", device);
        try (Memory name = new Memory(NAME_BYTES)) {
            check("cuDeviceGetName", name, NAME_BYTES, device.getValue());
            return name.getString(0);
        }
    }

    /** Loads compiled kernels on the current device. */
    Pointer loadModule(byte[] cubin) {
        try (Memory image = new Memory(cubin.length)) {
            image.write(0, cubin, 0, cubin.length);
            PointerByReference module = new PointerByReference();
            check("cuModuleLoadData", module, image);
            return module.getValue();
        }
    }

    Pointer function(Pointer module, String name) {
        PointerByReference function = new PointerByReference();
        check("cuModuleGetFunction", function, module, name);
        return function.getValue();
    }

    /** Blocks that a multiprocessor of the current device runs at once. */
    int residentBlocks(Pointer function, CudaKernel.Block block) {
        IntByReference blocks = new IntByReference();
        check("cuOccupancyMaxActiveBlocksPerMultiprocessor", blocks, function, block.threads(), (long)
                block.sharedBytes());
        return blocks.getValue();
    }

    /** Lets blocks of a kernel have some bytes of shared memory that its code does not declare. */
    void allowSharedBytes(Pointer function, int bytes) {
        check("cuFuncSetAttribute", function, MAX_DYNAMIC_SHARED_BYTES, bytes);
    }

    /** Writes a {@code CUtensorMap} at an address that 64 divides. */
    void encode(TensorMap.Layout layout, Pointer map) {
        check(
                "cuTensorMapEncodeTiled",
                map,
                layout.elementType(),
                layout.sizes().length,
                new Pointer(layout.address()),
                layout.sizes(),
                layout.strides(),
                layout.box(),
                layout.steps(),
                layout.interleave(),
                layout.swizzle(),
                layout.promotion(),
                layout.outside());
    }

    /**
     * Launches a kernel.
     *
     * @param blocks blocks of the grid, in x and y
     * @param block threads and shared memory of each
     * @param parameters addresses of the kernel's arguments
     */
    void launch(Pointer function, CudaKernel.Grid blocks, CudaKernel.Block block, Pointer stream, Pointer parameters) {
        check(
                "cuLaunchKernel",
                function,
                blocks.x(),
                blocks.y(),
                1,
                block.threads(),
                1,
                1,
                block.sharedBytes(),
                stream,
                parameters,
                Pointer.NULL);
    }

    /**
     * Launches a kernel that waits by itself for the one before it.
     *
     * @param parameters addresses of the kernel's arguments
     */
    void launchEarly(Pointer function, LaunchConfiguration configuration, Pointer parameters) {
        check("cuLaunchKernelEx", configuration.pointer(), function, parameters, Pointer.NULL);
    }

    void unloadModule(Pointer module) {
        check("cuModuleUnload", module);
    }

    private void check(String call, Object... arguments) {
        int status = invoke(call, arguments);
        if (status != SUCCESS) {
            PointerByReference name = new PointerByReference();
            boolean known = invoke("cuGetErrorName", status, name) == SUCCESS;
            throw new IllegalStateException(call + " failed: "
                    + (known ? name.getValue().getString(0) : "unknown error") + " (" + status + ")");
        }
    }

    private int invoke(String call, Object... arguments) {
        return library.getFunction(call).invokeInt(arguments);
    }
}
