package org.diffusionjmh.report.run;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.diffusionjmh.image.ImageComparison;
import org.diffusionjmh.report.BenchmarkNames;
import org.diffusionjmh.report.Figure;
import org.diffusionjmh.report.record.EnvironmentFile;
import org.diffusionjmh.report.record.ForkFailure;
import org.diffusionjmh.report.record.PictureTable;
import org.diffusionjmh.report.table.Fields;
import org.diffusionjmh.report.table.TextTable;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/** A run's results as text: one row per benchmark, failed ones too, with the figures beside the score and what lessens them. */
public final class RunTable {
    private final SortedMap<BenchmarkParams, Optional<RunResult>> runs = new TreeMap<>();
    private final EnvironmentFile environment;
    private final PictureTable pictures;
    private final Set<String> common;

    /**
     * A table of what was measured.
     *
     * @param environment knows failures and marks
     * @param pictures how the pictures compare
     */
    public RunTable(Collection<RunResult> results, EnvironmentFile environment, PictureTable pictures) {
        this.environment = environment;
        this.pictures = pictures;
        environment.failures().forEach(failure -> runs.put(failure.benchmark(), Optional.empty()));
        results.forEach(result -> runs.put(result.getParams(), Optional.of(result)));
        common = commonMarks();
    }

    /** The marks that are not of some benchmarks only: they stand below the table, and the others in their rows. */
    private Set<String> commonMarks() {
        Set<String> marks = environment.marks();
        for (BenchmarkParams benchmark : runs.keySet()) {
            environment.marks(benchmark).stream()
                    .filter(mark -> runs.keySet().stream()
                            .anyMatch(other -> !environment.marks(other).contains(mark)))
                    .forEach(marks::remove);
        }
        return marks;
    }

    /** The table; names and notes are left-aligned, the others are right-aligned. What all rows are marked with follows. */
    @Override
    public String toString() {
        String table = TextTable.of(
                        fields().table("results", List.copyOf(runs.keySet())).withoutEmptyColumns())
                .toString();
        return common.isEmpty() ? table : table + "All rows: " + String.join(", ", common) + System.lineSeparator();
    }

    private Fields<BenchmarkParams> fields() {
        Fields<BenchmarkParams> fields = new Fields<BenchmarkParams>()
                .people("benchmark", false, benchmark -> BenchmarkNames.shortName(benchmark.getBenchmark()));
        SortedSet<String> parameters = new TreeSet<>();
        runs.keySet().forEach(benchmark -> parameters.addAll(benchmark.getParamsKeys()));
        parameters.forEach(name ->
                fields.people(name, true, benchmark -> Objects.requireNonNullElse(benchmark.getParam(name), "")));
        fields.people(
                        "samples",
                        true,
                        benchmark -> Long.toString(runs.get(benchmark)
                                .map(run -> run.getPrimaryResult().getSampleCount())
                                .orElse(0L)))
                .people("score", true, this::score)
                .people(
                        "± 99.9 %",
                        true, ofRun(run -> number(run.getPrimaryResult().getScoreError(), 3)))
                .people("unit", true, ofRun(run -> run.getPrimaryResult().getScoreUnit()))
                .people("warm-up s", true, figure(Figure.WARMUP, 2))
                .people("compile s", true, figure(Figure.COMPILE, 2))
                .people("it/s", true, figure(Figure.ITERATIONS_PER_SECOND, 2))
                .people("peak MiB", true, figure(Figure.PEAK_MEMORY, 0))
                .people("host MiB", true, figure(Figure.HOST_MEMORY, 0))
                .people("J/op", true, figure(Figure.ENERGY, 1))
                .people("load s", true, figure(Figure.LOAD, 2));
        if (!pictures.rows().isEmpty()) {
            fields.people("PSNR", true, comparison(found -> number(found.psnr(), 1)))
                    .people("SSIM", true, comparison(found -> number(found.ssim(), 4)))
                    .people("max diff", true, comparison(found -> Integer.toString(found.maxDifference())));
        }
        return fields.people("notes", false, this::notes);
    }

    /** The kind of failure stands where the score would. */
    private String score(BenchmarkParams benchmark) {
        return runs.get(benchmark)
                .map(run -> number(run.getPrimaryResult().getScore(), 3))
                .orElseGet(() -> failures(benchmark).get(0).kind().label());
    }

    private List<ForkFailure> failures(BenchmarkParams benchmark) {
        return environment.failures().stream()
                .filter(failure -> failure.benchmark().equals(benchmark))
                .toList();
    }

    private Function<BenchmarkParams, String> ofRun(Function<RunResult, String> text) {
        return benchmark -> runs.get(benchmark).map(text).orElse("");
    }

    private Function<BenchmarkParams, String> figure(Figure figure, int decimals) {
        return ofRun(run -> {
            Map<String, ?> secondary = run.getSecondaryResults();
            return secondary.get(figure.label()) instanceof Result<?> result ? number(result.getScore(), decimals) : "";
        });
    }

    private Function<BenchmarkParams, String> comparison(Function<ImageComparison, String> text) {
        return benchmark -> pictures.comparison(benchmark).map(text).orElse("");
    }

    private String notes(BenchmarkParams benchmark) {
        return Stream.concat(
                        failures(benchmark).stream()
                                .map(failure -> "fork " + failure.fork() + " "
                                        + failure.kind().label()),
                        environment.marks(benchmark).stream()
                                .filter(mark -> !common.contains(mark))
                                .sorted())
                .collect(Collectors.joining(", "));
    }

    private static String number(double value, int decimals) {
        if (Double.isInfinite(value)) {
            return "same"; // the PSNR of equal pictures
        }
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
