package org.diffusionjmh.libtorch;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/**
 * One device in use: its tensors' root manager, the thread that modules are loaded and run on, its clock and its memory. Closing it
 * frees everything that was made through it.
 */
public final class TorchSession implements AutoCloseable {
    private static final Path STATUS = Path.of("/proc/self/status");

    private final Device device;
    private final LargeStackThread thread;
    private final NDManager manager;
    private final Optional<CudaRuntime> cuda;
    private final AbruptExit exit = AbruptExit.guard();

    private TorchSession(Device device, LargeStackThread thread, NDManager manager, Optional<CudaRuntime> cuda) {
        this.device = device;
        this.thread = thread;
        this.manager = manager;
        this.cuda = cuda;
    }

    /**
     * Opens a device by name.
     *
     * @param name {@code cpu}, {@code cuda}, {@code cuda:1}, or {@code auto} for the first GPU and, where there is none, the CPU
     * @throws IllegalArgumentException if there is no such device; a GPU that was asked for is never replaced by the CPU
     */
    public static TorchSession open(String name) {
        Device device = deviceOf(name);
        LargeStackThread thread = new LargeStackThread("torch-" + device);
        Optional<CudaRuntime> cuda = device.isGpu() ? Optional.of(CudaRuntime.load()) : Optional.empty();
        return new TorchSession(device, thread, NDManager.newBaseManager(device, "PyTorch"), cuda);
    }

    /**
     * The device that a name stands for on this machine; opens nothing.
     *
     * @throws IllegalArgumentException as {@link #open}
     */
    public static Device deviceOf(String name) {
        return Devices.parse(name, Engine.getEngine("PyTorch").getGpuCount());
    }

    public Device device() {
        return device;
    }

    /** The root of all tensors of this session. */
    public NDManager manager() {
        return manager;
    }

    /** Versions of the libraries in use, by name: {@code djl}, {@code libtorch} and, on a GPU, {@code cuda}. */
    public Map<String, String> versions() {
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("djl", Engine.getDjlVersion());
        versions.put("libtorch", Engine.getEngine("PyTorch").getVersion());
        cuda.ifPresent(runtime -> versions.put("cuda", runtime.version()));
        return versions;
    }

    /** The GPU's address on the bus, by which other libraries know it; empty on a CPU. */
    public Optional<String> pciBusId() {
        return cuda.map(runtime -> runtime.pciBusId(device.getDeviceId()));
    }

    /** Runs work on the session's thread; see {@link LargeStackThread#call}. */
    public <T> T call(Callable<T> task) throws Exception {
        return thread.call(task);
    }

    /** Waits until the device has done all that was submitted. */
    public void synchronize() {
        cuda.ifPresent(CudaRuntime::synchronizeDevice);
    }

    /** A clock of the work that the calling thread submits now. */
    public StepClock newClock() {
        return cuda.<StepClock>map(runtime -> new CudaEventClock(runtime, CurrentStream.get(device.getDeviceId())))
                .orElseGet(HostClock::new);
    }

    /**
     * Memory in use: on a GPU what the device reports, by all processes, which the caching allocator only lets grow; on a CPU the
     * process's peak resident size, or the JVM's total where the system does not tell.
     */
    public long peakMemoryBytes() {
        return cuda.map(CudaRuntime::usedBytes).orElseGet(this::peakHostBytes);
    }

    /**
     * Bytes of the GPU's memory that libtorch's allocator holds for this process, in use or kept to be used again; it only lets them grow
     * unless the memory runs out. Empty on a CPU, and if libtorch does not tell.
     */
    public OptionalLong allocatorBytes() {
        return device.isGpu() ? AllocatorSnapshot.reservedBytes(device.getDeviceId()) : OptionalLong.empty();
    }

    /** The process's peak resident size in host memory, or the JVM's total where the system does not tell. */
    public long peakHostBytes() {
        try (Stream<String> lines = Files.lines(STATUS)) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst()
                    .orElseGet(() -> Runtime.getRuntime().totalMemory());
        } catch (IOException e) {
            return Runtime.getRuntime().totalMemory();
        }
    }

    @Override
    public void close() {
        manager.close();
        thread.close();
        exit.close();
    }
}
