package org.diffusionjmh.nvml;

import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** The driver's management library, found at run time. */
public final class Nvml {
    private static final int TEXT_BYTES = 96;
    private static final String VISIBLE_DEVICES = "CUDA_VISIBLE_DEVICES";

    private final NvmlCalls calls;

    Nvml(NvmlCalls calls) {
        this.calls = calls;
    }

    /** The library of this machine; empty if there is none or it cannot reach the driver. */
    public static Optional<Nvml> load() {
        try {
            NativeLibrary library = NativeLibrary.getInstance(Platform.isWindows() ? "nvml" : "libnvidia-ml.so.1");
            return initialized((function, arguments) -> call(library, function, arguments));
        } catch (UnsatisfiedLinkError e) {
            return Optional.empty();
        }
    }

    static Optional<Nvml> initialized(NvmlCalls calls) {
        return calls.call("nvmlInit_v2") == NvmlCalls.SUCCESS ? Optional.of(new Nvml(calls)) : Optional.empty();
    }

    private static int call(NativeLibrary library, String function, Object... arguments) {
        try {
            return library.getFunction(function).invokeInt(arguments);
        } catch (UnsatisfiedLinkError e) {
            return NvmlCalls.FUNCTION_NOT_FOUND; // an older driver's
        }
    }

    /** The driver's version, for example {@code 580.159.04}. */
    public Optional<String> driverVersion() {
        return text(calls, "nvmlSystemGetDriverVersion");
    }

    /** The GPU at a bus address, as CUDA writes it: {@code 0000:1b:00.0}. */
    public Optional<GpuDevice> atPciBus(String busId) {
        return device("nvmlDeviceGetHandleByPciBusId_v2", busId);
    }

    /**
     * The GPU that CUDA gives a number. NVML numbers all GPUs, CUDA those that {@code CUDA_VISIBLE_DEVICES} lists, in its order.
     *
     * @param environment the process's environment variables
     */
    public Optional<GpuDevice> visible(int number, Map<String, String> environment) {
        String list = environment.getOrDefault(VISIBLE_DEVICES, "").strip();
        if (list.isEmpty()) {
            return device("nvmlDeviceGetHandleByIndex_v2", number);
        }
        String[] visible = list.split(",", -1);
        if (number >= visible.length) {
            return Optional.empty();
        }
        String name = visible[number].strip();
        return name.matches("\\d+")
                ? device("nvmlDeviceGetHandleByIndex_v2", Integer.parseInt(name))
                : device("nvmlDeviceGetHandleByUUID", name);
    }

    private Optional<GpuDevice> device(String function, Object key) {
        PointerByReference handle = new PointerByReference();
        return calls.call(function, key, handle) == NvmlCalls.SUCCESS
                ? Optional.of(new GpuDevice(calls, handle.getValue()))
                : Optional.empty();
    }

    /** A text that a function writes into a buffer. */
    static Optional<String> text(NvmlCalls calls, String function, Pointer... device) {
        try (Memory buffer = new Memory(TEXT_BYTES)) {
            buffer.clear();
            int status = device.length == 0
                    ? calls.call(function, buffer, TEXT_BYTES)
                    : calls.call(function, device[0], buffer, TEXT_BYTES);
            return status == NvmlCalls.SUCCESS
                    ? Optional.of(buffer.getString(0, StandardCharsets.UTF_8.name()))
                    : Optional.empty();
        }
    }
}
