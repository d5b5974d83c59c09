package org.diffusionjmh.report.result;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diffusionjmh.report.RunFiles;

/** Reads the files of one run. */
final class RunReader {
    private final RunFiles files;
    private final List<String> warnings = new ArrayList<>();

    RunReader(RunFiles files) {
        this.files = files;
    }

    /** The run; results and samples must be in order, the rest is left out with a warning if it is not. */
    Run read() throws IOException {
        List<ResultRow> rows = results();
        List<Sample> samples = samples();
        return run(rows, samples);
    }

    /** The run, as far as it can be read; the rest is left out with a warning. */
    Run salvage() {
        List<ResultRow> rows = orWarning(this::results, List.of());
        List<Sample> samples = orWarning(this::samples, List.of());
        return run(rows, samples);
    }

    private Run run(List<ResultRow> rows, List<Sample> samples) {
        Optional<Environment> environment = orWarning(this::environment, Optional.empty());
        List<Picture> pictures = orWarning(this::pictures, List.of());
        return new Run(files, rows, samples, environment, pictures, warnings);
    }

    private List<ResultRow> results() throws IOException {
        JmhCsv read = JmhCsv.read(files.results());
        warnings.addAll(read.warnings());
        return read.rows();
    }

    private List<Sample> samples() throws IOException {
        if (!Files.exists(files.samples())) {
            return List.of();
        }
        SamplesCsv read = SamplesCsv.read(files.samples());
        warnings.addAll(read.warnings());
        return read.samples();
    }

    private Optional<Environment> environment() throws IOException {
        Path file = files.environment();
        return Files.exists(file) ? Optional.of(EnvironmentJson.read(file)) : Optional.empty();
    }

    private List<Picture> pictures() throws IOException {
        if (!Files.exists(files.pictureTable())) {
            return List.of();
        }
        PicturesCsv read = PicturesCsv.read(files.pictureTable(), files.pictures());
        warnings.addAll(read.warnings());
        return read.pictures();
    }

    private interface Reading<T> {
        T read() throws IOException;
    }

    private <T> T orWarning(Reading<T> reading, T otherwise) {
        try {
            return reading.read();
        } catch (NoSuchFileException e) {
            warnings.add(e.getMessage() + ": no such file");
        } catch (MalformedResultException e) {
            warnings.add(e.getMessage());
        } catch (IOException e) {
            warnings.add("cannot read: " + e.getMessage());
        }
        return otherwise;
    }
}
