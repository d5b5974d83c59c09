package org.diffusionjmh.report.record;

import com.google.gson.JsonObject;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import org.diffusionjmh.report.MachineName;

/**
 * The machine without its GPU.
 *
 * @param os system, its version and architecture
 * @param cpu the processor's name
 * @param cores CPUs that this JVM may use
 * @param memoryBytes memory of the machine
 */
record HostFacts(String os, String cpu, int cores, long memoryBytes) {
    static HostFacts read() {
        String os = System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                + System.getProperty("os.arch");
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return new HostFacts(
                os, MachineName.cpuModel(), Runtime.getRuntime().availableProcessors(), system.getTotalMemorySize());
    }

    void addTo(JsonObject json) {
        json.addProperty("os", os);
        json.addProperty("cpu", cpu);
        json.addProperty("cores", cores);
        json.addProperty("memoryBytes", memoryBytes);
    }
}
