package org.diffusionjmh.report;

import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.openjdk.jmh.infra.BenchmarkParams;

/** Names of the files that pictures are kept in: they say benchmark, parameters and seed. */
public final class PictureFile {
    private PictureFile() {}

    static String of(BenchmarkParams benchmark, long seed) {
        return beginning(benchmark) + seed + ".png";
    }

    /** What the names of a benchmark's pictures begin with; the seed follows. */
    public static String beginning(BenchmarkParams benchmark) {
        String name = BenchmarkNames.shortName(benchmark.getBenchmark());
        String parameters = benchmark.getParamsKeys().stream()
                .sorted()
                .map(key -> key + "=" + benchmark.getParam(key) + "-")
                .collect(Collectors.joining());
        return fileName(name + "-" + parameters) + "seed=";
    }

    /** Compilers have options in braces, with quotes: where characters are replaced, a checksum keeps names apart. */
    private static String fileName(String text) {
        String name = text.replaceAll("[^A-Za-z0-9._=-]+", "_");
        if (name.equals(text)) {
            return name;
        }
        CRC32 checksum = new CRC32();
        checksum.update(text.getBytes(StandardCharsets.UTF_8));
        return name + Long.toHexString(checksum.getValue()) + "-";
    }
}
