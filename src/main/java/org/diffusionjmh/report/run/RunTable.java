package org.diffusionjmh.report.run;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.diffusionjmh.image.ImageComparison;
import org.diffusionjmh.report.BenchmarkNames;
import org.diffusionjmh.report.Figure;
import org.diffusionjmh.report.TextTable;
import org.diffusionjmh.report.record.EnvironmentFile;
import org.diffusionjmh.report.record.ForkFailure;
import org.diffusionjmh.report.record.PictureTable;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/** A run's results as text: one row per benchmark, failed ones too, with the figures beside the score and what lessens them. */
public final class RunTable {
    private static final String ABSENT = "-";
    private static final String NOTES = "notes";
    private static final List<String> FIGURES = List.of(
            "samples",
            "score",
            "± 99.9 %",
            "unit",
            "warm-up s",
            "compile s",
            "it/s",
            "peak MiB",
            "host MiB",
            "J/op",
            "load s");

    private final List<List<String>> rows = new ArrayList<>();
    private final Set<String> marks;

    /**
     * A table of what was measured.
     *
     * @param environment knows failures and marks
     * @param pictures how the pictures compare
     */
    public RunTable(Collection<RunResult> results, EnvironmentFile environment, PictureTable pictures) {
        Map<BenchmarkParams, Optional<RunResult>> runs = new TreeMap<>();
        environment.failures().forEach(failure -> runs.put(failure.benchmark(), Optional.empty()));
        results.forEach(result -> runs.put(result.getParams(), Optional.of(result)));
        SortedSet<String> parameters = new TreeSet<>();
        runs.keySet().forEach(benchmark -> parameters.addAll(benchmark.getParamsKeys()));
        marks = environment.marks();
        runs.keySet().forEach(benchmark -> marks.removeAll(partialMarks(environment, runs.keySet(), benchmark)));
        rows.add(header(parameters, !pictures.rows().isEmpty()));
        runs.forEach((benchmark, run) -> {
            List<String> row = new ArrayList<>(List.of(BenchmarkNames.shortName(benchmark.getBenchmark())));
            parameters.forEach(name ->
                    row.add(Optional.ofNullable(benchmark.getParam(name)).orElse(ABSENT)));
            List<ForkFailure> failures = environment.failures().stream()
                    .filter(failure -> failure.benchmark().equals(benchmark))
                    .toList();
            row.addAll(run.map(RunTable::figures).orElseGet(() -> noFigures(failures)));
            if (!pictures.rows().isEmpty()) {
                row.addAll(comparison(pictures.comparison(benchmark)));
            }
            row.add(notes(failures, environment.marks(benchmark)));
            rows.add(row);
        });
        removeEmptyColumns();
    }

    /** A CPU has no energy, and a run without failures no notes. */
    private void removeEmptyColumns() {
        for (int column = rows.get(0).size() - 1; column > 0; column--) {
            int at = column;
            if (rows.stream()
                    .skip(1)
                    .allMatch(row -> row.get(at).equals(ABSENT) || row.get(at).isEmpty())) {
                rows.forEach(row -> row.remove(at));
            }
        }
    }

    /** The marks that this benchmark has and another has not: they stand in its row, the others below the table. */
    private static Set<String> partialMarks(
            EnvironmentFile environment, Set<BenchmarkParams> all, BenchmarkParams benchmark) {
        return environment.marks(benchmark).stream()
                .filter(mark ->
                        all.stream().anyMatch(other -> !environment.marks(other).contains(mark)))
                .collect(Collectors.toSet());
    }

    private static List<String> header(SortedSet<String> parameters, boolean pictures) {
        List<String> header = new ArrayList<>(List.of("benchmark"));
        header.addAll(parameters);
        header.addAll(FIGURES);
        if (pictures) {
            header.addAll(List.of("PSNR", "SSIM", "max diff"));
        }
        header.add(NOTES);
        return header;
    }

    private static List<String> figures(RunResult run) {
        Result<?> score = run.getPrimaryResult();
        return List.of(
                Long.toString(score.getSampleCount()),
                number(score.getScore(), 3),
                number(score.getScoreError(), 3),
                score.getScoreUnit(),
                figure(run, Figure.WARMUP, 2),
                figure(run, Figure.COMPILE, 2),
                figure(run, Figure.ITERATIONS_PER_SECOND, 2),
                figure(run, Figure.PEAK_MEMORY, 0),
                figure(run, Figure.HOST_MEMORY, 0),
                figure(run, Figure.ENERGY, 1),
                figure(run, Figure.LOAD, 2));
    }

    /** The kind of failure stands where the score would. */
    private static List<String> noFigures(List<ForkFailure> failures) {
        List<String> cells = new ArrayList<>(Collections.nCopies(FIGURES.size(), ABSENT));
        cells.set(0, "0");
        cells.set(1, failures.get(0).kind().label());
        return cells;
    }

    private static List<String> comparison(Optional<ImageComparison> comparison) {
        return comparison
                .map(found -> List.of(
                        number(found.psnr(), 1), number(found.ssim(), 4), Integer.toString(found.maxDifference())))
                .orElse(List.of(ABSENT, ABSENT, ABSENT));
    }

    private String notes(List<ForkFailure> failures, Set<String> ofRow) {
        return Stream.concat(
                        failures.stream()
                                .map(failure -> "fork " + failure.fork() + " "
                                        + failure.kind().label()),
                        ofRow.stream().filter(mark -> !marks.contains(mark)).sorted())
                .collect(Collectors.joining(", "));
    }

    private static String figure(RunResult run, Figure figure, int decimals) {
        Result<?> result = run.getSecondaryResults().get(figure.label());
        return result == null ? ABSENT : number(result.getScore(), decimals);
    }

    private static String number(double value, int decimals) {
        if (Double.isInfinite(value)) {
            return "same"; // the PSNR of equal pictures
        }
        return Double.isNaN(value) ? ABSENT : String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    /** The table; names and notes are left-aligned, the others are right-aligned. What all rows are marked with follows. */
    @Override
    public String toString() {
        TextTable table = new TextTable(rows.get(0), Set.of(NOTES));
        rows.stream().skip(1).forEach(table::add);
        return marks.isEmpty()
                ? table.toString()
                : table + "All rows: " + String.join(", ", marks) + System.lineSeparator();
    }
}
