package org.diffusionjmh.report.record;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.diffusionjmh.nvml.GpuDevice;
import org.diffusionjmh.nvml.GpuFacts;
import org.diffusionjmh.nvml.GpuProcess;
import org.diffusionjmh.nvml.GpuState;
import org.diffusionjmh.nvml.ThrottleReason;

/** The GPU of a run, looked at before and after. Between the forks nothing of ours uses it, so whoever does is somebody else. */
final class GpuWatch {
    /** Percent; a GPU that only drives a screen stays below. */
    private static final long BUSY = 10;

    private final GpuDevice device;
    private final GpuFacts facts;
    private final Optional<String> driver;
    private final GpuState before;
    private final Set<GpuProcess> others = new LinkedHashSet<>();

    private Optional<GpuState> after = Optional.empty();

    /**
     * Looks at the GPU before the run.
     *
     * @param driver the driver's version
     */
    GpuWatch(GpuDevice device, Optional<String> driver) {
        this.device = device;
        this.driver = driver;
        this.facts = device.facts();
        this.before = device.state();
        others.addAll(device.processes());
    }

    /** Looks again, after the run. */
    void lookAgain() {
        after = Optional.of(device.state());
        others.addAll(device.processes());
    }

    /** The marks that the GPU's state gives the run. */
    Set<String> marks() {
        Set<String> marks = new LinkedHashSet<>();
        if (!others.isEmpty() || before.utilizationPercent().orElse(0) > BUSY) {
            marks.add(EnvironmentFile.BUSY);
        }
        before.throttleReasons().forEach(reason -> marks.add(reason.mark()));
        after.ifPresent(state -> state.throttleReasons().forEach(reason -> marks.add(reason.mark())));
        return marks;
    }

    JsonObject json() {
        JsonObject json = new JsonObject();
        json.addProperty("name", facts.name().orElse(null));
        json.addProperty("driver", driver.orElse(null));
        JsonObject clocks = new JsonObject();
        add(clocks, "graphicsMhz", before.graphicsMhz());
        add(clocks, "memoryMhz", before.memoryMhz());
        add(clocks, "maxGraphicsMhz", facts.maxGraphicsMhz());
        add(clocks, "maxMemoryMhz", facts.maxMemoryMhz());
        json.add("clocks", clocks);
        add(json, "powerLimitWatts", facts.powerLimitWatts());
        add(json, "memoryBytes", facts.memoryBytes());
        json.add("before", json(before));
        after.ifPresent(state -> json.add("after", json(state)));
        JsonArray processes = new JsonArray();
        others.forEach(process -> processes.add(json(process)));
        json.add("otherProcesses", processes);
        return json;
    }

    private static JsonObject json(GpuState state) {
        JsonObject json = new JsonObject();
        add(json, "temperatureCelsius", state.temperatureCelsius());
        JsonArray reasons = new JsonArray();
        List.of(ThrottleReason.values()).stream()
                .filter(state.throttleReasons()::contains)
                .forEach(reason -> reasons.add(reason.label()));
        json.add("throttleReasons", reasons);
        return json;
    }

    private static JsonObject json(GpuProcess process) {
        JsonObject json = new JsonObject();
        json.addProperty("pid", process.pid());
        add(json, "memoryBytes", process.memoryBytes());
        return json;
    }

    private static void add(JsonObject json, String name, OptionalLong value) {
        value.ifPresent(number -> json.addProperty(name, number));
    }

    private static void add(JsonObject json, String name, OptionalDouble value) {
        value.ifPresent(number -> json.addProperty(name, number));
    }
}
