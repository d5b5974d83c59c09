package org.diffusionjmh.libtorch;

import ai.djl.Device;

/** Times work on a device, for choosing between ways to do it. */
public final class DeviceTimer {
    private static final double NANOS = 1e9;

    private final CudaRuntime cuda;

    private DeviceTimer(CudaRuntime cuda) {
        this.cuda = cuda;
    }

    /**
     * A timer for a GPU.
     *
     * @throws IllegalStateException if the process has no CUDA runtime
     */
    public static DeviceTimer of(Device gpu) {
        CudaRuntime cuda = CudaRuntime.load();
        cuda.setDevice(gpu.getDeviceId());
        return new DeviceTimer(cuda);
    }

    /**
     * Seconds that work takes, from the device being idle to its being idle again.
     *
     * @param work submits the work
     */
    public double seconds(Runnable work) {
        cuda.synchronizeDevice();
        long start = System.nanoTime();
        work.run();
        cuda.synchronizeDevice();
        return (System.nanoTime() - start) / NANOS;
    }

    /**
     * Seconds that work takes which waits in the default stream behind other work: what it takes to submit it does not count, as long as
     * that is less than the other work takes.
     *
     * @param ahead submits the other work
     * @param work submits the work
     */
    public double secondsBehind(Runnable ahead, Runnable work) {
        try (StepClock clock = new CudaEventClock(cuda)) {
            ahead.run();
            clock.mark();
            work.run();
            clock.mark();
            cuda.synchronizeDevice();
            return clock.seconds();
        }
    }
}
