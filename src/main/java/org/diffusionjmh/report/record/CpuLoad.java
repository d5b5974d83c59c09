package org.diffusionjmh.report.record;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** How busy other processes keep the machine, from {@code /proc}. */
final class CpuLoad {
    private static final Path MACHINE = Path.of("/proc/stat");
    private static final Path SELF = Path.of("/proc/self/stat");
    private static final long WINDOW_MILLIS = 400;

    /** Where in {@code /proc/stat} the idle times stand: idle and iowait. */
    private static final List<Integer> IDLE = List.of(3, 4);

    /** The last field of {@code /proc/stat} that is not part of another one. */
    private static final int FIELDS = 8;

    /** Where in {@code /proc/self/stat} user and system time stand, after the name in brackets. */
    private static final int SELF_USER = 11;

    private static final int SELF_SYSTEM = 12;

    private CpuLoad() {}

    /** Clock ticks since the start. */
    private record Ticks(long all, long idle, long own) {}

    /** Share of all CPUs' time that other processes take now, 0 to 1, watched for a moment; empty where the system does not tell. */
    static OptionalDouble ofOthers() {
        try {
            Ticks before = ticks();
            Thread.sleep(WINDOW_MILLIS);
            Ticks after = ticks();
            double all = after.all - before.all;
            double others = all - (after.idle - before.idle) - (after.own - before.own);
            return all > 0 ? OptionalDouble.of(Math.max(0, others / all)) : OptionalDouble.empty();
        } catch (IOException | RuntimeException e) {
            return OptionalDouble.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalDouble.empty();
        }
    }

    private static Ticks ticks() throws IOException {
        long[] machine;
        try (Stream<String> lines = Files.lines(MACHINE)) {
            machine = numbers(lines.findFirst().orElseThrow().replaceFirst("cpu\\s+", ""));
        }
        String self = Files.readString(SELF);
        String[] own = self.substring(self.lastIndexOf(')') + 2).split(" ", -1);
        return new Ticks(
                Arrays.stream(machine).limit(FIELDS).sum(),
                IDLE.stream().mapToLong(field -> machine[field]).sum(),
                Long.parseLong(own[SELF_USER]) + Long.parseLong(own[SELF_SYSTEM]));
    }

    private static long[] numbers(String line) {
        return Arrays.stream(line.strip().split(" +", -1))
                .mapToLong(Long::parseLong)
                .toArray();
    }
}
