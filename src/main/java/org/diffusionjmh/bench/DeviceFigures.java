package org.diffusionjmh.bench;

import java.util.Optional;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.nvml.GpuDevice;
import org.diffusionjmh.nvml.GpuMeter;
import org.diffusionjmh.nvml.Nvml;
import org.diffusionjmh.nvml.ThrottleReason;
import org.diffusionjmh.report.Figure;
import org.diffusionjmh.report.Figures;
import org.diffusionjmh.report.Notes;

/** Memory, energy and utilization over an iteration, read before and after what is timed. */
final class DeviceFigures {
    private static final double BYTES_PER_MIB = 1 << 20;

    private final TorchSession session;
    private final Optional<GpuDevice> gpu;
    private final Optional<GpuMeter> meter;

    DeviceFigures(TorchSession session) {
        this.session = session;
        this.gpu = session.pciBusId().flatMap(busId -> Nvml.load().flatMap(nvml -> nvml.atPciBus(busId)));
        this.meter = gpu.map(GpuMeter::new);
    }

    void begin() {
        meter.ifPresent(GpuMeter::start);
    }

    /**
     * Leaves the figures.
     *
     * @param calls how often the benchmark's method was called since {@link #begin}
     */
    void record(int calls) {
        meter.ifPresent(running -> record(running, calls));
        Figures.put(Figure.PEAK_MEMORY, session.peakMemoryBytes() / BYTES_PER_MIB);
        Figures.put(Figure.HOST_MEMORY, session.peakHostBytes() / BYTES_PER_MIB);
        session.allocatorBytes().ifPresent(bytes -> Figures.put(Figure.ALLOCATOR_MEMORY, bytes / BYTES_PER_MIB));
        gpu.ifPresent(DeviceFigures::recordProcessMemory);
    }

    private static void record(GpuMeter meter, int calls) {
        GpuMeter.Reading reading = meter.read();
        reading.joules().ifPresent(joules -> Figures.put(Figure.ENERGY, joules / Math.max(1, calls)));
        reading.utilizationPercent().ifPresent(percent -> Figures.put(Figure.GPU_UTILIZATION, percent));
        for (ThrottleReason reason : meter.throttleReasons()) {
            Notes.mark(reason.mark());
        }
    }

    private static void recordProcessMemory(GpuDevice gpu) {
        long own = ProcessHandle.current().pid();
        gpu.processes().stream()
                .filter(process -> process.pid() == own)
                .flatMapToLong(process -> process.memoryBytes().stream())
                .forEach(bytes -> Figures.put(Figure.PROCESS_MEMORY, bytes / BYTES_PER_MIB));
    }
}
