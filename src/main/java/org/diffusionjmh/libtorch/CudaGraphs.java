package org.diffusionjmh.libtorch;

import ai.djl.Device;
import ai.djl.pytorch.jni.JniUtils;
import com.sun.jna.Pointer;
import java.util.function.Supplier;

/**
 * Captures libtorch's work on a GPU as CUDA graphs.
 *
 * <p>Work is captured on a stream of its own, because the legacy default stream cannot be captured and because libtorch's allocator
 * keeps the memory of each stream apart: what captured work allocates and frees again stays with this stream, where nothing but
 * further captures allocates. All graphs of one owner share that scratch memory, since they are launched one after the other in the
 * caller's stream; so it is as large as the largest of them needs, not the sum. Hence captured work must leave nothing behind in
 * memory that it allocated: it copies its results to tensors that existed before.
 *
 * <p>The allocator gives unused memory back to a device that runs out of it, and it does not know that a graph needs this memory;
 * {@link CudaGraph#isIntact} does. One thread at a time uses a {@code CudaGraphs} and its graphs.
 */
public final class CudaGraphs implements AutoCloseable {
    /** The first call loads kernels and makes workspaces, the second finds the allocator's blocks as the captured one will. */
    private static final int WARM_UPS = 2;

    private final CudaRuntime runtime;
    private final int device;
    private final Pointer stream;
    private final CachedMemoryWatch memory;

    private CudaGraphs(CudaRuntime runtime, int device, Pointer stream, CachedMemoryWatch memory) {
        this.runtime = runtime;
        this.device = device;
        this.stream = stream;
        this.memory = memory;
    }

    /**
     * Prepares captures on a device.
     *
     * @throws IllegalStateException if none can be made there; the message says why, in words for the user
     */
    public static CudaGraphs open(Device device) {
        if (!device.isGpu()) {
            throw new IllegalStateException("CUDA graphs need a GPU, and this runs on the " + device.getDeviceType());
        }
        new AllocatorSettings(System.getenv()).requireWholeRelease();
        CudaRuntime runtime = CudaRuntime.load();
        runtime.setDevice(device.getDeviceId());
        CachedMemoryWatch memory = CachedMemoryWatch.open(runtime, CudaDriver.load(), device);
        return new CudaGraphs(runtime, device.getDeviceId(), runtime.createStream(), memory);
    }

    /**
     * Does work on the stream that captures are made on, before and after all other work of the device. What it leaves in libtorch's
     * cache of memory is there for captures, which cannot use what work on another stream leaves.
     */
    public <T> T onStream(Supplier<T> work) {
        runtime.setDevice(device);
        runtime.synchronizeDevice(); // graphs use the same memory
        try {
            return CurrentStream.with(stream, device, work);
        } finally {
            runtime.synchronizeDevice();
        }
    }

    /**
     * Captures work. It is done a few times first, and the device is waited for; the graph then does the same to the same addresses,
     * whatever is in the memory there.
     *
     * @param work submits the work, frees all that it allocates, and does not wait for the device
     * @throws RuntimeException what the work throws, or {@link IllegalStateException} for what CUDA refuses; the device can still be used
     */
    public CudaGraph capture(Runnable work) {
        return onStream(() -> {
            for (int i = 0; i < WARM_UPS; i++) {
                work.run();
            }
            runtime.synchronizeDevice();
            CudaGraph graph = new CudaGraph(this, memory.mark(), record(work));
            if (!graph.isIntact()) {
                graph.close();
                throw new IllegalStateException("the device ran out of memory during the capture");
            }
            return graph;
        });
    }

    private Pointer record(Runnable work) {
        runtime.beginCapture(stream);
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            runtime.abandonCapture(stream);
            throw e;
        }
        Pointer graph = runtime.endCapture(stream);
        try {
            return runtime.instantiate(graph);
        } finally {
            runtime.destroyGraph(graph);
        }
    }

    boolean isUnchangedSince(long mark) {
        runtime.setDevice(device);
        return memory.isUnchangedSince(mark);
    }

    void launch(Pointer executable) {
        runtime.setDevice(device);
        runtime.launch(executable, CurrentStream.get(device));
    }

    void destroy(Pointer executable) {
        runtime.destroyExecutable(executable);
    }

    /** Frees the stream and gives the scratch memory back to the device. The graphs are closed before. */
    @Override
    public void close() {
        runtime.setDevice(device);
        runtime.synchronizeDevice();
        memory.close();
        runtime.destroyStream(stream);
        JniUtils.emptyCudaCache();
    }
}
