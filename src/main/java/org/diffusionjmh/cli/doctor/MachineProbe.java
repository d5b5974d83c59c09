package org.diffusionjmh.cli.doctor;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import org.diffusionjmh.report.MachineName;

/** The machine and the JVM. */
final class MachineProbe {
    private static final double BYTES_PER_GIB = 1 << 30;

    Section run() {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return new Section(
                "Machine",
                List.of(
                        String.format(
                                Locale.ROOT,
                                "%s %s, %s, %s, %.1f GiB of memory",
                                System.getProperty("os.name"),
                                System.getProperty("os.version"),
                                System.getProperty("os.arch"),
                                MachineName.cpu(),
                                system.getTotalMemorySize() / BYTES_PER_GIB),
                        "Java " + System.getProperty("java.version") + " (" + System.getProperty("java.vendor") + ")"));
    }
}
