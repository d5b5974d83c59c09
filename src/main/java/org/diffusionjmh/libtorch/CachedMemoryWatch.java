package org.diffusionjmh.libtorch;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.sun.jna.Pointer;
import java.util.OptionalLong;

/**
 * Tells whether libtorch's allocator has given unused memory back to the device since a moment. When the device runs out of memory it
 * does so with all unused blocks of all streams at once. This watches one such block, on a stream where nothing else allocates: CUDA
 * numbers all allocations of a process, so a block that has another number, or none, was given back.
 */
final class CachedMemoryWatch implements AutoCloseable {
    private static final Shape ONE = new Shape(1);

    private final CudaRuntime runtime;
    private final CudaDriver driver;
    private final NDManager manager;
    private final Pointer stream;

    private long address;
    private long number;

    private CachedMemoryWatch(CudaRuntime runtime, CudaDriver driver, NDManager manager, Pointer stream) {
        this.runtime = runtime;
        this.driver = driver;
        this.manager = manager;
        this.stream = stream;
    }

    /**
     * Starts watching.
     *
     * @throws IllegalStateException if the driver does not number this memory
     */
    static CachedMemoryWatch open(CudaRuntime runtime, CudaDriver driver, Device device) {
        NDManager manager = NDManager.newBaseManager(device, "PyTorch");
        CachedMemoryWatch watch = new CachedMemoryWatch(runtime, driver, manager, runtime.createStream());
        try {
            watch.renew();
            return watch;
        } catch (RuntimeException e) {
            watch.close();
            throw e;
        }
    }

    /** A mark of this moment. */
    long mark() {
        if (!isUnchangedSince(number)) {
            renew();
        }
        return number;
    }

    boolean isUnchangedSince(long mark) {
        return mark == number && driver.allocationNumber(address).equals(OptionalLong.of(mark));
    }

    private void renew() {
        address = CurrentStream.with(stream, manager.getDevice().getDeviceId(), () -> {
            try (NDArray block = TensorMemory.empty(ScalarType.UINT8, ONE, manager)) {
                return TensorMemory.address(block);
            }
        });
        number = driver.allocationNumber(address)
                .orElseThrow(
                        () -> new IllegalStateException(
                                "the driver does not number libtorch's memory, so nobody could tell whether a graph's is still there"));
    }

    @Override
    public void close() {
        runtime.destroyStream(stream);
        manager.close();
    }
}
