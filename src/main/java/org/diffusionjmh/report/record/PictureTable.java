package org.diffusionjmh.report.record;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.diffusionjmh.image.ImageComparison;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.report.BenchmarkNames;
import org.diffusionjmh.report.PictureFile;
import org.diffusionjmh.report.RunFiles;
import org.diffusionjmh.report.WholeFile;
import org.openjdk.jmh.infra.BenchmarkParams;

/** The kept pictures of a run, each compared with the one of {@code none} that has the same other parameters and seed. */
public final class PictureTable {
    private static final String COMPILER = "compiler";
    private static final String BASELINE = "none";
    private static final List<String> HEADER = List.of("benchmark", "params", "file", "psnr", "ssim", "maxDifference");

    private final List<Row> rows;

    private PictureTable(List<Row> rows) {
        this.rows = List.copyOf(rows);
    }

    /**
     * A picture.
     *
     * @param file as a path from the run's folder
     * @param comparison with the baseline's picture; empty if there is none
     */
    public record Row(BenchmarkParams benchmark, String file, Optional<ImageComparison> comparison) {}

    /** No pictures. */
    public static PictureTable empty() {
        return new PictureTable(List.of());
    }

    /**
     * Compares the pictures of these benchmarks.
     *
     * @throws IOException if one cannot be read
     */
    public static PictureTable of(RunFiles files, Collection<BenchmarkParams> benchmarks) throws IOException {
        List<Row> rows = new ArrayList<>();
        if (!Files.isDirectory(files.pictures())) {
            return empty();
        }
        for (BenchmarkParams benchmark : benchmarks) {
            for (String name : pictures(files, benchmark)) {
                Path file = files.pictures().resolve(name);
                Optional<Path> baseline = baseline(files, benchmark, benchmarks, name);
                rows.add(new Row(
                        benchmark,
                        files.pictures().getFileName() + "/" + name,
                        baseline.isPresent()
                                ? Optional.of(ImageComparison.of(RgbImage.read(baseline.get()), RgbImage.read(file)))
                                : Optional.empty()));
            }
        }
        return new PictureTable(rows);
    }

    private static List<String> pictures(RunFiles files, BenchmarkParams benchmark) throws IOException {
        String beginning = PictureFile.beginning(benchmark);
        try (Stream<Path> all = Files.list(files.pictures())) {
            return all.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith(beginning))
                    .sorted()
                    .toList();
        }
    }

    private static Optional<Path> baseline(
            RunFiles files, BenchmarkParams benchmark, Collection<BenchmarkParams> all, String name) {
        String seed = name.substring(PictureFile.beginning(benchmark).length());
        return all.stream()
                .filter(candidate -> BASELINE.equals(candidate.getParam(COMPILER))
                        && candidate.getBenchmark().equals(benchmark.getBenchmark())
                        && withoutCompiler(candidate).equals(withoutCompiler(benchmark)))
                .map(candidate -> files.pictures().resolve(PictureFile.beginning(candidate) + seed))
                .filter(Files::exists)
                .findFirst();
    }

    private static Map<String, String> withoutCompiler(BenchmarkParams benchmark) {
        Map<String, String> parameters = new HashMap<>();
        benchmark.getParamsKeys().forEach(key -> parameters.put(key, benchmark.getParam(key)));
        parameters.remove(COMPILER);
        return parameters;
    }

    /** The pictures in the order of the benchmarks. */
    public List<Row> rows() {
        return rows;
    }

    /** The first picture of a benchmark that was compared. */
    public Optional<ImageComparison> comparison(BenchmarkParams benchmark) {
        return rows.stream()
                .filter(row -> row.benchmark().equals(benchmark))
                .flatMap(row -> row.comparison().stream())
                .findFirst();
    }

    /**
     * Writes the table as CSV; a picture without a baseline has empty cells.
     *
     * @throws IOException if it cannot be written
     */
    public void write(Path file) throws IOException {
        StringWriter text = new StringWriter();
        try (CSVPrinter printer = new CSVPrinter(text, CSVFormat.RFC4180)) {
            printer.printRecord(HEADER);
            for (Row row : rows) {
                Optional<ImageComparison> comparison = row.comparison();
                printer.printRecord(
                        row.benchmark().getBenchmark(),
                        BenchmarkNames.parameters(row.benchmark()),
                        row.file(),
                        comparison.map(ImageComparison::psnr).orElse(null),
                        comparison.map(ImageComparison::ssim).orElse(null),
                        comparison.map(ImageComparison::maxDifference).orElse(null));
            }
        }
        WholeFile.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
    }
}
