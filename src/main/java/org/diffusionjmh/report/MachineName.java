package org.diffusionjmh.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Short names of the hardware for file names, such as {@code epyc-7b13-2cpu} and {@code nvidia-h200}; never the host's name. It asks the
 * system, not libtorch, which would keep device memory in this process while the forks measure.
 */
public final class MachineName {
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
    private static final long QUERY_SECONDS = 20;

    private MachineName() {}

    /** The processor and the number of CPUs this JVM may use. */
    public static String cpu() {
        return cpu(cpuModel(), Runtime.getRuntime().availableProcessors());
    }

    /** The processor's name as its maker writes it, or its architecture where the system does not tell. */
    public static String cpuModel() {
        return modelName().orElse(System.getProperty("os.arch"));
    }

    /** The first NVIDIA GPU, if its driver answers. */
    public static Optional<String> gpu() {
        try {
            Process query = new ProcessBuilder("nvidia-smi", "--query-gpu=name", "--format=csv,noheader")
                    .redirectErrorStream(true)
                    .start();
            if (!query.waitFor(QUERY_SECONDS, TimeUnit.SECONDS)) {
                query.destroyForcibly();
                return Optional.empty();
            }
            String answer = new String(query.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return query.exitValue() == 0 ? answer.lines().findFirst().map(MachineName::slug) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // no driver
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    static String cpu(String model, int cpus) {
        String name = model.replaceAll("\\((R|TM|r|tm)\\)", " ")
                .replaceAll("(?i)\\b(amd|intel|cpu|processor|\\d+-core)\\b|@.*", " ");
        return slug(name) + "-" + cpus + "cpu";
    }

    private static String slug(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    }

    private static Optional<String> modelName() {
        try (Stream<String> lines = Files.lines(CPU_INFO)) {
            return lines.map(line -> List.of(line.split("\\s*:\\s*", 2)))
                    .filter(pair -> pair.size() == 2 && pair.get(0).equals("model name"))
                    .map(pair -> pair.get(1))
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
