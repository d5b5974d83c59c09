package org.diffusionjmh.nvml;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;

/** One GPU. A value that it does not tell is empty. */
public final class GpuDevice {
    /** {@code NVML_CLOCK_GRAPHICS} and {@code NVML_CLOCK_MEM}. */
    private static final int GRAPHICS_CLOCK = 0;

    private static final int MEMORY_CLOCK = 2;

    /** {@code NVML_TEMPERATURE_GPU}. */
    private static final int CHIP = 0;

    /** {@code nvmlProcessInfo_t}: pid, padding, used bytes, and two ids of instances. */
    private static final int PROCESS_BYTES = 24;

    private static final int PROCESS_MEMORY = 8;

    /** {@code NVML_VALUE_NOT_AVAILABLE}. */
    private static final long NOT_AVAILABLE = -1;

    private static final int MEMORY_INFO_BYTES = 24;
    private static final int UTILIZATION_BYTES = 8;
    private static final double MILLI = 1e-3;

    private final NvmlCalls calls;
    private final Pointer handle;

    GpuDevice(NvmlCalls calls, Pointer handle) {
        this.calls = calls;
        this.handle = handle;
    }

    /** What it is. */
    public GpuFacts facts() {
        OptionalLong limit = number("nvmlDeviceGetEnforcedPowerLimit");
        return new GpuFacts(
                Nvml.text(calls, "nvmlDeviceGetName", handle),
                totalMemory(),
                limit.isPresent() ? OptionalDouble.of(limit.getAsLong() * MILLI) : OptionalDouble.empty(),
                number("nvmlDeviceGetMaxClockInfo", GRAPHICS_CLOCK),
                number("nvmlDeviceGetMaxClockInfo", MEMORY_CLOCK));
    }

    /** How it fares now. */
    public GpuState state() {
        return new GpuState(
                number("nvmlDeviceGetTemperature", CHIP),
                throttleReasons(),
                number("nvmlDeviceGetClockInfo", GRAPHICS_CLOCK),
                number("nvmlDeviceGetClockInfo", MEMORY_CLOCK),
                utilizationPercent());
    }

    /** Why its clocks are low now. */
    public Set<ThrottleReason> throttleReasons() {
        return ThrottleReason.of(
                longNumber("nvmlDeviceGetCurrentClocksThrottleReasons").orElse(0));
    }

    /** Energy taken since the driver was loaded. */
    public OptionalDouble energyJoules() {
        OptionalLong millijoules = longNumber("nvmlDeviceGetTotalEnergyConsumption");
        return millijoules.isPresent() ? OptionalDouble.of(millijoules.getAsLong() * MILLI) : OptionalDouble.empty();
    }

    /** The driver's record of utilization, where it keeps one. */
    public UtilizationRecord utilizationRecord() {
        return new UtilizationRecord(calls, handle);
    }

    /** The processes that compute or draw on it; empty where the driver does not show them, as in some containers. */
    public List<GpuProcess> processes() {
        List<GpuProcess> processes = new ArrayList<>(processes("nvmlDeviceGetComputeRunningProcesses_v3"));
        processes.addAll(processes("nvmlDeviceGetGraphicsRunningProcesses_v3"));
        return processes;
    }

    private List<GpuProcess> processes(String function) {
        IntByReference count = new IntByReference();
        int status = calls.call(function, handle, count, Pointer.NULL);
        if (status != NvmlCalls.INSUFFICIENT_SIZE) {
            return List.of();
        }
        int room = 2 * count.getValue(); // some may start in between
        try (Memory infos = new Memory((long) room * PROCESS_BYTES)) {
            count.setValue(room);
            if (calls.call(function, handle, count, infos) != NvmlCalls.SUCCESS) {
                return List.of();
            }
            return IntStream.range(0, count.getValue())
                    .mapToObj(i -> process(infos.share((long) i * PROCESS_BYTES)))
                    .toList();
        }
    }

    private static GpuProcess process(Pointer info) {
        long bytes = info.getLong(PROCESS_MEMORY);
        return new GpuProcess(
                Integer.toUnsignedLong(info.getInt(0)),
                bytes == NOT_AVAILABLE ? OptionalLong.empty() : OptionalLong.of(bytes));
    }

    private OptionalLong totalMemory() {
        try (Memory info = new Memory(MEMORY_INFO_BYTES)) {
            return calls.call("nvmlDeviceGetMemoryInfo", handle, info) == NvmlCalls.SUCCESS
                    ? OptionalLong.of(info.getLong(0))
                    : OptionalLong.empty();
        }
    }

    private OptionalLong utilizationPercent() {
        try (Memory rates = new Memory(UTILIZATION_BYTES)) {
            return calls.call("nvmlDeviceGetUtilizationRates", handle, rates) == NvmlCalls.SUCCESS
                    ? OptionalLong.of(rates.getInt(0))
                    : OptionalLong.empty();
        }
    }

    /** An {@code unsigned int}. */
    private OptionalLong number(String function, Object... arguments) {
        IntByReference value = new IntByReference();
        Object[] all = new Object[arguments.length + 2];
        all[0] = handle;
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        all[all.length - 1] = value;
        return calls.call(function, all) == NvmlCalls.SUCCESS
                ? OptionalLong.of(Integer.toUnsignedLong(value.getValue()))
                : OptionalLong.empty();
    }

    /** An {@code unsigned long long}. */
    private OptionalLong longNumber(String function) {
        LongByReference value = new LongByReference();
        return calls.call(function, handle, value) == NvmlCalls.SUCCESS
                ? OptionalLong.of(value.getValue())
                : OptionalLong.empty();
    }
}
