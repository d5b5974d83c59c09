package org.diffusionjmh.report.result;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The file {@code NAME.samples.csv}: a row for each metric of each iteration, warm-ups included. A run that was killed may have left its
 * last row unfinished; that one is left out.
 *
 * @param samples in the file's order
 * @param warnings what is odd about the file and no error
 */
public record SamplesCsv(List<Sample> samples, List<String> warnings) {
    /** The columns of the file. */
    public static final List<String> COLUMNS =
            List.of("benchmark", "params", "fork", "iteration", "phase", "metric", "value", "unit");

    /** Keeps copies of the lists. */
    public SamplesCsv {
        samples = List.copyOf(samples);
        warnings = List.copyOf(warnings);
    }

    /**
     * Reads a file.
     *
     * @throws MalformedResultException if it is no such file or a whole row is broken
     * @throws IOException if it cannot be read
     */
    public static SamplesCsv read(Path file) throws IOException {
        CsvTable table = CsvTable.read(file, ',', CsvTable.LastRow.MAY_BE_CUT);
        table.requireColumns(COLUMNS, "a samples file: " + String.join(",", COLUMNS));
        List<Sample> samples = new ArrayList<>();
        for (CsvRow row : table.rows()) {
            samples.add(new Sample(
                    row.required("benchmark"),
                    row.text("params"),
                    row.count("fork"),
                    row.count("iteration"),
                    phase(row),
                    row.required("metric"),
                    row.number("value"),
                    row.text("unit")));
        }
        return new SamplesCsv(samples, table.warnings());
    }

    private static Phase phase(CsvRow row) throws MalformedResultException {
        String label = row.text("phase");
        return Phase.of(label)
                .orElseThrow(() -> row.error("phase", "phase is '" + label + "', want warmup or measurement"));
    }
}
