package org.diffusionjmh.report.result;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.diffusionjmh.report.RunFiles;

/**
 * A run of the benchmarks, as its files tell it.
 *
 * @param files where it comes from
 * @param rows JMH's results
 * @param samples single values; empty if there is no such file
 * @param environment where and how it was measured, if that is known
 * @param pictures what it drew; empty if there is no such file
 * @param warnings what is odd about its files and no error
 */
public record Run(
        RunFiles files,
        List<ResultRow> rows,
        List<Sample> samples,
        Optional<Environment> environment,
        List<Picture> pictures,
        List<String> warnings) {
    /** Keeps copies of the lists. */
    public Run {
        rows = List.copyOf(rows);
        samples = List.copyOf(samples);
        pictures = List.copyOf(pictures);
        warnings = List.copyOf(warnings);
    }

    /**
     * Reads JMH's CSV and what stands beside it. A broken file of environment or pictures is left out with a warning.
     *
     * @throws MalformedResultException if results or samples are broken
     * @throws IOException if these cannot be read, or there is no CSV
     */
    public static Run read(Path csv) throws IOException {
        return new RunReader(new RunFiles(csv)).read();
    }

    /** Reads what can be read; whatever is missing or broken is left out with a warning. */
    public static Run salvage(Path csv) {
        return new RunReader(new RunFiles(csv)).salvage();
    }

    public String name() {
        return files.name();
    }
}
