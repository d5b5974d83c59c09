package org.diffusionjmh.libtorch;

import ai.djl.pytorch.jni.LibUtils;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.FloatByReference;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.file.Path;

/** The few calls of the CUDA runtime that measuring and capturing need, on the library that libtorch uses. */
final class CudaRuntime {
    /** {@code cudaStreamNonBlocking}: no implicit order with the legacy default stream. */
    private static final int NON_BLOCKING = 1;

    /** {@code cudaStreamCaptureModeRelaxed}: what other threads do, and an allocation of memory, do not break a capture. */
    private static final int RELAXED = 2;

    /** Enough for {@code 00000000:1b:00.0}. */
    private static final int BUS_ID_BYTES = 32;

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

    /** The runtime's version, for example {@code 12.8}. */
    String version() {
        IntByReference version = new IntByReference();
        check("cudaRuntimeGetVersion", version);
        return version.getValue() / 1000 + "." + version.getValue() % 1000 / 10;
    }

    /** Where a device stands, for example {@code 0000:1b:00.0}. */
    String pciBusId(int device) {
        try (Memory busId = new Memory(BUS_ID_BYTES)) {
            check("cudaDeviceGetPCIBusId", busId, BUS_ID_BYTES, device);
            return busId.getString(0);
        }
    }

    /** Waits until the current device has done all its work. */
    void synchronizeDevice() {
        check("cudaDeviceSynchronize");
    }

    /** Makes the current device's context, which the driver works in, without waiting for anything. */
    void makeContext() {
        check("cudaFree", Pointer.NULL);
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

    /** Marks a moment in a stream's work; null is the legacy default stream. */
    void record(Pointer event, Pointer stream) {
        check("cudaEventRecord", event, stream);
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

    /** A new stream on the current device. */
    Pointer createStream() {
        PointerByReference stream = new PointerByReference();
        check("cudaStreamCreateWithFlags", stream, NON_BLOCKING);
        return stream.getValue();
    }

    void destroyStream(Pointer stream) {
        check("cudaStreamDestroy", stream);
    }

    /** From here on, work submitted to the stream is recorded and not done. */
    void beginCapture(Pointer stream) {
        check("cudaStreamBeginCapture", stream, RELAXED);
    }

    /** The work recorded since the beginning. */
    Pointer endCapture(Pointer stream) {
        PointerByReference graph = new PointerByReference();
        check("cudaStreamEndCapture", stream, graph);
        return graph.getValue();
    }

    /** Ends a capture that has failed; says nothing of why, which the failure has said. */
    void abandonCapture(Pointer stream) {
        PointerByReference graph = new PointerByReference();
        invoke("cudaStreamEndCapture", stream, graph);
        if (graph.getValue() != null) {
            invoke("cudaGraphDestroy", graph.getValue());
        }
        clearError();
    }

    /** Makes recorded work ready for launches. */
    Pointer instantiate(Pointer graph) {
        PointerByReference executable = new PointerByReference();
        check("cudaGraphInstantiateWithFlags", executable, graph, 0L);
        return executable.getValue();
    }

    /** Submits instantiated work to a stream; null is the legacy default stream. */
    void launch(Pointer executable, Pointer stream) {
        check("cudaGraphLaunch", executable, stream);
    }

    void destroyGraph(Pointer graph) {
        check("cudaGraphDestroy", graph);
    }

    /** Destroys instantiated work, once the device has done what was launched of it. */
    void destroyExecutable(Pointer executable) {
        check("cudaGraphExecDestroy", executable);
    }

    private void check(String call, Object... arguments) {
        int status = invoke(call, arguments);
        if (status != 0) {
            clearError();
            String reason = library.getFunction("cudaGetErrorString").invokeString(new Object[] {status}, false);
            throw new IllegalStateException(call + " failed: " + reason + " (" + status + ")");
        }
    }

    private int invoke(String call, Object... arguments) {
        return library.getFunction(call).invokeInt(arguments);
    }

    /** CUDA keeps a thread's last error, and libtorch would take it for one of its own calls'. */
    private void clearError() {
        invoke("cudaGetLastError");
    }
}
