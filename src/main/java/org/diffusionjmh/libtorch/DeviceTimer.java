package org.diffusionjmh.libtorch;

import ai.djl.Device;
import java.util.List;

/** Times work on a device, for choosing between ways to do it. */
public final class DeviceTimer {
    private static final double NANOS = 1e9;

    private final CudaRuntime cuda;
    private final int device;

    private DeviceTimer(CudaRuntime cuda, int device) {
        this.cuda = cuda;
        this.device = device;
    }

    /**
     * A timer for a GPU.
     *
     * @throws IllegalStateException if the process has no CUDA runtime
     */
    public static DeviceTimer of(Device gpu) {
        CudaRuntime cuda = CudaRuntime.load();
        cuda.setDevice(gpu.getDeviceId());
        return new DeviceTimer(cuda, gpu.getDeviceId());
    }

    /**
     * What pieces of work took that waited behind other work.
     *
     * @param submittingAhead seconds until the other work was submitted
     * @param submitting seconds until all was submitted
     * @param ahead seconds that the other work took on the device
     * @param seconds that each piece took there
     */
    public record Timing(double submittingAhead, double submitting, double ahead, List<Double> seconds) {
        /** Whether all was submitted before the device came to it: then the seconds are the work's alone. */
        public boolean isHidden() {
            return submitting < ahead;
        }
    }

    /**
     * Times pieces of work that wait in libtorch's current stream behind other work, so that what it takes to submit them does not count.
     *
     * @param ahead submits the other work
     * @param between submits work between that and the pieces, which is not timed
     * @param works submit a piece each
     */
    public Timing secondsBehind(Runnable ahead, Runnable between, List<Runnable> works) {
        cuda.synchronizeDevice();
        try (CudaEventClock clock = new CudaEventClock(cuda, CurrentStream.get(device))) {
            long start = System.nanoTime();
            clock.mark();
            ahead.run();
            double submittingAhead = (System.nanoTime() - start) / NANOS;
            clock.mark();
            between.run();
            clock.mark();
            for (Runnable work : works) {
                work.run();
                clock.mark();
            }
            double submitting = (System.nanoTime() - start) / NANOS;
            cuda.synchronizeDevice();
            List<Double> seconds = clock.intervals();
            return new Timing(submittingAhead, submitting, seconds.get(0), seconds.subList(2, seconds.size()));
        }
    }
}
