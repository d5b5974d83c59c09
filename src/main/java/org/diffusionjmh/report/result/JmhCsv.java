package org.diffusionjmh.report.result;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.annotations.Mode;

/**
 * JMH's CSV, of any project, as {@code -rf csv} and {@code -rf scsv} write it: {@code "Benchmark","Mode","Threads","Samples","Score",
 * "Score Error (99.9%)","Unit"} and a column {@code "Param: name"} for each parameter. A secondary metric is a row whose benchmark ends
 * in {@code :metric}, in older versions of JMH in {@code :·metric}.
 *
 * @param rows in the file's order
 * @param warnings what is odd about the file and no error
 */
public record JmhCsv(List<ResultRow> rows, List<String> warnings) {
    private static final String BENCHMARK = "Benchmark";
    private static final String MODE = "Mode";
    private static final String THREADS = "Threads";
    private static final String SAMPLES = "Samples";
    private static final String SCORE = "Score";
    private static final String UNIT = "Unit";
    private static final String ERROR_PREFIX = "Score Error";
    private static final String PARAMETER_PREFIX = "Param: ";
    private static final String KIND = "JMH's CSV (-rf csv)";

    /** Keeps copies of the lists. */
    public JmhCsv {
        rows = List.copyOf(rows);
        warnings = List.copyOf(warnings);
    }

    /**
     * Reads a file.
     *
     * @throws MalformedResultException if it is no such CSV, is empty, has no row, is cut off, or has a number that is none, one with a
     *     decimal comma among them
     * @throws IOException if it cannot be read
     */
    public static JmhCsv read(Path file) throws IOException {
        CsvText text = CsvText.read(file);
        CsvTable table = CsvTable.read(text, delimiter(text.firstLine()), CsvTable.LastRow.WHOLE);
        table.requireColumns(List.of(BENCHMARK, MODE, THREADS, SAMPLES, SCORE, UNIT), KIND);
        Columns columns = Columns.of(table);
        List<ResultRow> rows = new ArrayList<>();
        for (CsvRow row : table.rows()) {
            rows.add(columns.read(row));
        }
        if (rows.isEmpty()) {
            throw table.errorAtEnd("no row after the header; JMH writes that if every benchmark failed");
        }
        List<String> warnings = new ArrayList<>(table.warnings());
        if (!text.endsWithLineEnd()) {
            warnings.add(file + ": the last line is not ended as JMH ends it; is the file whole?");
        }
        return new JmhCsv(rows, warnings);
    }

    private static char delimiter(String header) {
        return header.contains(",") || !header.contains(";") ? ',' : ';';
    }

    /**
     * The columns whose names differ from file to file.
     *
     * @param error the error's, which has the confidence level in its name, with a decimal comma in some locales
     * @param parameters column by parameter
     */
    private record Columns(String error, Map<String, String> parameters) {
        static Columns of(CsvTable table) throws MalformedResultException {
            String error = null;
            Map<String, String> parameters = new TreeMap<>();
            for (String column : table.columns()) {
                if (column.startsWith(ERROR_PREFIX)) {
                    error = column;
                } else if (column.startsWith(PARAMETER_PREFIX)) {
                    parameters.put(column.substring(PARAMETER_PREFIX.length()), column);
                }
            }
            if (error == null) {
                table.requireColumns(List.of(ERROR_PREFIX + " (99.9%)"), KIND);
            }
            return new Columns(error, parameters);
        }

        ResultRow read(CsvRow row) throws MalformedResultException {
            String name = row.required(BENCHMARK);
            int colon = name.indexOf(':');
            Map<String, String> values = new TreeMap<>();
            parameters.forEach((parameter, column) -> values.put(parameter, row.text(column)));
            return new ResultRow(
                    colon < 0 ? name : name.substring(0, colon),
                    colon < 0 ? ResultRow.SCORE : metric(name.substring(colon + 1)),
                    mode(row),
                    row.count(THREADS),
                    Parameters.of(values),
                    row.count(SAMPLES),
                    row.number(SCORE),
                    row.number(error),
                    row.text(UNIT));
        }

        /** The name without the dot that older versions of JMH put before a profiler's metrics; ASCII output has made it a question mark. */
        private static String metric(String label) {
            return label.startsWith("·") || label.startsWith("?") ? label.substring(1) : label;
        }

        private static Mode mode(CsvRow row) throws MalformedResultException {
            String label = row.required(MODE);
            for (Mode mode : Mode.values()) {
                if (mode != Mode.All && mode.shortLabel().equals(label)) {
                    return mode;
                }
            }
            List<String> known = Arrays.stream(Mode.values())
                    .filter(mode -> mode != Mode.All)
                    .map(Mode::shortLabel)
                    .toList();
            throw row.error(MODE, "no mode is called '" + label + "'; JMH has " + String.join(", ", known));
        }
    }
}
