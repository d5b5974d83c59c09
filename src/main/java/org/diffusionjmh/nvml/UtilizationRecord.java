package org.diffusionjmh.nvml;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import java.util.OptionalDouble;

/**
 * The samples of utilization that the driver takes by itself, several a second: reading them after the fact costs a measured call nothing,
 * where asking again and again during it would.
 */
public final class UtilizationRecord {
    /** {@code NVML_GPU_UTILIZATION_SAMPLES}. */
    private static final int UTILIZATION = 1;

    /** {@code nvmlSample_t}: a time in microseconds and a value, which is an {@code unsigned int} here. */
    private static final int SAMPLE_BYTES = 16;

    private static final int VALUE = 8;

    private final NvmlCalls calls;
    private final Pointer device;

    private long last;

    UtilizationRecord(NvmlCalls calls, Pointer device) {
        this.calls = calls;
        this.device = device;
    }

    /** The mean in percent of the samples taken since the last call; empty if there are none, and at the first call. */
    public OptionalDouble meanPercentSinceLastCall() {
        IntByReference type = new IntByReference();
        IntByReference count = new IntByReference();
        boolean first = last == 0;
        int status = calls.call("nvmlDeviceGetSamples", device, UTILIZATION, last, type, count, Pointer.NULL);
        if (status != NvmlCalls.SUCCESS || count.getValue() == 0) {
            return OptionalDouble.empty();
        }
        try (Memory samples = new Memory((long) count.getValue() * SAMPLE_BYTES)) {
            status = calls.call("nvmlDeviceGetSamples", device, UTILIZATION, last, type, count, samples);
            if (status != NvmlCalls.SUCCESS) {
                return OptionalDouble.empty();
            }
            OptionalDouble mean = mean(samples, count.getValue());
            return first ? OptionalDouble.empty() : mean;
        }
    }

    private OptionalDouble mean(Memory samples, int count) {
        long since = last;
        long sum = 0;
        int fresh = 0;
        for (long at = 0; at < (long) count * SAMPLE_BYTES; at += SAMPLE_BYTES) {
            long time = samples.getLong(at);
            if (time > since) {
                sum += Integer.toUnsignedLong(samples.getInt(at + VALUE));
                fresh++;
                last = Math.max(last, time);
            }
        }
        return fresh == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) sum / fresh);
    }
}
