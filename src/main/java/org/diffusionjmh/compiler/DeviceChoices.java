package org.diffusionjmh.compiler;

import ai.djl.Device;
import java.util.HashMap;
import java.util.Map;
import org.diffusionjmh.cache.ArtifactLog;
import org.diffusionjmh.cache.Artifacts;
import org.diffusionjmh.cache.KeptChoices;
import org.diffusionjmh.cache.TunedChoices;

/** What tuners chose on each device, for all tuners. */
final class DeviceChoices {
    private final Artifacts artifacts;
    private final CompileEnvironment environment;
    private final ArtifactLog log;
    private final Map<Device, TunedChoices> devices = new HashMap<>();

    DeviceChoices(Artifacts artifacts, CompileEnvironment environment, ArtifactLog log) {
        this.artifacts = artifacts;
        this.environment = environment;
        this.log = log;
    }

    /** What was chosen on a device. */
    TunedChoices on(Device device) {
        return artifacts.isNone()
                ? TunedChoices.NONE
                : devices.computeIfAbsent(device, key -> new KeptChoices(artifacts, environment.on(key), log));
    }
}
