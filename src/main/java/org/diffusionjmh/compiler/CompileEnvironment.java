package org.diffusionjmh.compiler;

import ai.djl.Device;
import ai.djl.engine.Engine;
import java.util.HashMap;
import java.util.Map;
import org.diffusionjmh.cache.ProgramVersion;
import org.diffusionjmh.libtorch.GpuIdentity;
import org.diffusionjmh.nvml.Nvml;

/** What all that is compiled depends on beside the network: this program, its libraries and the device. */
final class CompileEnvironment {
    private final Map<Device, Map<String, String>> devices = new HashMap<>();

    /** Names and versions by what they are of; see {@link org.diffusionjmh.cache.ArtifactKey#fields}. */
    Map<String, String> on(Device device) {
        return devices.computeIfAbsent(device, CompileEnvironment::look);
    }

    private static Map<String, String> look(Device device) {
        Map<String, String> environment = new HashMap<>();
        environment.put("program", ProgramVersion.digest());
        environment.put("djl", Engine.getDjlVersion());
        environment.put("libtorch", Engine.getEngine("PyTorch").getVersion());
        environment.put("device", device.getDeviceType());
        if (device.isGpu()) {
            environment.putAll(GpuIdentity.of(device));
            environment.put("driver", Nvml.load().flatMap(Nvml::driverVersion).orElse("unknown"));
        }
        return environment;
    }
}
