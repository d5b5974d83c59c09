package org.diffusionjmh.nvml;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The library's functions, structures and units, on a driver that answers as its documentation says. */
class NvmlTest {
    private final FakeNvml driver = new FakeNvml();
    private final Nvml nvml = Nvml.initialized(driver).orElseThrow();
    private final GpuDevice gpu = nvml.atPciBus("0000:1b:00.0").orElseThrow();

    @Test
    void factsAreInTheUnitsTheySay() {
        driver.answers.put("nvmlSystemGetDriverVersion", "580.159.04");
        driver.answers.put("nvmlDeviceGetName", "NVIDIA H200");
        driver.answers.put("nvmlDeviceGetMemoryInfo", 150_754_820_096L);
        driver.answers.put("nvmlDeviceGetEnforcedPowerLimit", 700_000);
        driver.answers.put("nvmlDeviceGetMaxClockInfo", 1980);
        assertEquals(Optional.of("580.159.04"), nvml.driverVersion());
        assertEquals(
                new GpuFacts(
                        Optional.of("NVIDIA H200"),
                        OptionalLong.of(150_754_820_096L),
                        OptionalDouble.of(700),
                        OptionalLong.of(1980),
                        OptionalLong.of(1980)),
                gpu.facts());
    }

    /** Power management, virtual GPUs and old drivers leave much out. */
    @Test
    void whatIsNotSupportedIsEmpty() {
        assertEquals(
                new GpuFacts(
                        Optional.empty(),
                        OptionalLong.empty(),
                        OptionalDouble.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty()),
                gpu.facts());
        assertEquals(List.of(), gpu.processes());
        assertEquals(OptionalDouble.empty(), gpu.energyJoules());
        GpuMeter meter = new GpuMeter(gpu);
        meter.start();
        assertEquals(new GpuMeter.Reading(OptionalDouble.empty(), OptionalDouble.empty()), meter.read());
    }

    /** The idle bit and the one of clocks that were asked for are no reasons to doubt a run. */
    @Test
    void throttleReasonsAreBits() {
        driver.answers.put("nvmlDeviceGetCurrentClocksThrottleReasons", 0x1L | 0x2L | 0x4L | 0x40L);
        assertEquals(
                EnumSet.of(ThrottleReason.SW_POWER_CAP, ThrottleReason.HW_THERMAL_SLOWDOWN), gpu.throttleReasons());
        assertEquals("thermally limited", ThrottleReason.HW_THERMAL_SLOWDOWN.mark());
    }

    @Test
    void processesTellTheirMemoryIfTheDriverDoes() {
        driver.processes.add(new long[] {4711, 1L << 30});
        driver.processes.add(new long[] {4712, -1});
        assertEquals(
                List.of(new GpuProcess(4711, OptionalLong.of(1L << 30)), new GpuProcess(4712, OptionalLong.empty())),
                gpu.processes());
    }

    /** What was before the start counts neither for the energy nor for the utilization. */
    @Test
    void theMeterMeasuresBetweenStartAndReading() {
        driver.answers.put("nvmlDeviceGetTotalEnergyConsumption", 1_000_000L);
        driver.utilization.add(new long[] {100, 90});
        AtomicLong nanoTime = new AtomicLong(5);
        GpuMeter meter = new GpuMeter(gpu, nanoTime::get);
        meter.start();
        nanoTime.addAndGet(TimeUnit.MILLISECONDS.toNanos(100));
        driver.answers.put("nvmlDeviceGetTotalEnergyConsumption", 1_250_500L);
        driver.answers.put("nvmlDeviceGetCurrentClocksThrottleReasons", 0x20L);
        driver.utilization.add(new long[] {200, 20});
        driver.utilization.add(new long[] {300, 60});
        assertEquals(new GpuMeter.Reading(OptionalDouble.of(250.5), OptionalDouble.of(40)), meter.read());
        assertEquals(EnumSet.of(ThrottleReason.SW_THERMAL_SLOWDOWN), meter.throttleReasons());

        meter.start();
        nanoTime.addAndGet(TimeUnit.MILLISECONDS.toNanos(99));
        assertEquals(
                new GpuMeter.Reading(OptionalDouble.empty(), OptionalDouble.empty()),
                meter.read(),
                "no sample of utilization in between, and no step of the energy's counter for sure");
    }

    /** CUDA numbers the GPUs that it may see, NVML all. */
    @Test
    void visibleDevicesAreThoseOfTheEnvironment() {
        driver.handlesAskedFor.clear();
        nvml.visible(1, Map.of());
        nvml.visible(1, Map.of("CUDA_VISIBLE_DEVICES", "3, 5"));
        nvml.visible(0, Map.of("CUDA_VISIBLE_DEVICES", "GPU-8a5b"));
        assertEquals(
                List.of(
                        "nvmlDeviceGetHandleByIndex_v2 1",
                        "nvmlDeviceGetHandleByIndex_v2 5",
                        "nvmlDeviceGetHandleByUUID GPU-8a5b"),
                driver.handlesAskedFor);
        assertEquals(
                Optional.empty(),
                nvml.visible(2, Map.of("CUDA_VISIBLE_DEVICES", "3,5")).map(Object::toString));
    }
}
