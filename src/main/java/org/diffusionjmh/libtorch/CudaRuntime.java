package org.diffusionjmh.libtorch;

import ai.djl.pytorch.jni.LibUtils;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.FloatByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.file.Path;

/** The few calls of the CUDA runtime that measuring needs, on the library that libtorch uses. */
final class CudaRuntime {
    private final NativeLibrary library;

    private CudaRuntime(NativeLibrary library) {
        this.library = library;
    }

    /**
     * Binds to libtorch's CUDA runtime.
     *
     * @throws IllegalStateException if the process has none, with what to do
     */
    static CudaRuntime load() {
        Path folder = Path.of(LibUtils.getLibtorchPath());
        return new CudaRuntime(NativeLibraries.find("cudart", folder)
                .orElseThrow(() -> new IllegalStateException("no CUDA runtime is loaded and none stands in " + folder
                        + ": this libtorch is built for the CPU; use the jar built with -Dthin, or --device cpu")));
    }

    /** Waits until the current device has done all its work. */
    void synchronizeDevice() {
        check("cudaDeviceSynchronize");
    }

    void setDevice(int device) {
        check("cudaSetDevice", device);
    }

    /** Bytes in use on the current device, by all processes. */
    long usedBytes() {
        LongByReference free = new LongByReference();
        LongByReference total = new LongByReference();
        check("cudaMemGetInfo", free, total);
        return total.getValue() - free.getValue();
    }

    /** A new event. */
    Pointer createEvent() {
        PointerByReference event = new PointerByReference();
        check("cudaEventCreate", event);
        return event.getValue();
    }

    /** Marks a moment in the default stream's work. */
    void record(Pointer event) {
        check("cudaEventRecord", event, Pointer.NULL);
    }

    /** Milliseconds between two events that have happened. */
    double elapsedMillis(Pointer start, Pointer end) {
        FloatByReference millis = new FloatByReference();
        check("cudaEventElapsedTime", millis, start, end);
        return millis.getValue();
    }

    void destroyEvent(Pointer event) {
        check("cudaEventDestroy", event);
    }

    private void check(String call, Object... arguments) {
        int status = library.getFunction(call).invokeInt(arguments);
        if (status != 0) {
            String reason = library.getFunction("cudaGetErrorString").invokeString(new Object[] {status}, false);
            throw new IllegalStateException(call + " failed: " + reason + " (" + status + ")");
        }
    }
}
