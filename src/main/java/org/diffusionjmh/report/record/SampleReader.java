package org.diffusionjmh.report.record;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** Reads back what {@link SampleFile} has written, to go on with it. */
final class SampleReader {
    private SampleReader() {}

    /**
     * The rows of a file; none if there is no file. A last row that was cut off is left out.
     *
     * @throws IOException if it is no file of samples; the message says which row
     */
    static List<Sample> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        List<Sample> samples = new ArrayList<>();
        try (CSVParser parser = CSVParser.parse(
                file,
                StandardCharsets.UTF_8,
                CSVFormat.RFC4180
                        .builder()
                        .setHeader()
                        .setSkipHeaderRecord(true)
                        .get())) {
            if (!parser.getHeaderNames().equals(SampleFile.HEADER)) {
                throw new IOException(
                        file + ": the header is " + parser.getHeaderNames() + ", want " + SampleFile.HEADER);
            }
            for (CSVRecord row : parser) {
                if (row.isConsistent()) {
                    samples.add(sample(row));
                }
            }
        } catch (IllegalArgumentException | UncheckedIOException e) {
            throw new IOException(file + ": cannot be read as samples: " + e.getMessage(), e);
        }
        return samples;
    }

    private static Sample sample(CSVRecord row) {
        return new Sample(
                row.get("benchmark"),
                row.get("params"),
                Integer.parseInt(row.get("fork")),
                Integer.parseInt(row.get("iteration")),
                row.get("phase"),
                row.get("metric"),
                Double.parseDouble(row.get("value")),
                row.get("unit"));
    }
}
