package org.diffusionjmh.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/** A run's results as text, one row per benchmark, with the figures beside the score. */
public final class RunTable {
    private static final String ABSENT = "-";

    private final List<List<String>> rows = new ArrayList<>();

    /** A table of these results. */
    public RunTable(Collection<RunResult> results) {
        SortedSet<String> parameters = new TreeSet<>();
        results.forEach(result -> parameters.addAll(result.getParams().getParamsKeys()));
        rows.add(header(parameters));
        results.forEach(result -> rows.add(row(result, parameters)));
    }

    private static List<String> header(SortedSet<String> parameters) {
        List<String> header = new ArrayList<>(List.of("benchmark"));
        header.addAll(parameters);
        header.addAll(List.of("samples", "score", "± 99.9 %", "unit", "warm-up s", "it/s", "peak MiB", "load s"));
        return header;
    }

    private static List<String> row(RunResult run, SortedSet<String> parameters) {
        BenchmarkParams benchmark = run.getParams();
        Result<?> score = run.getPrimaryResult();
        List<String> row = new ArrayList<>(List.of(shortName(benchmark.getBenchmark())));
        parameters.forEach(
                name -> row.add(Optional.ofNullable(benchmark.getParam(name)).orElse(ABSENT)));
        row.add(Long.toString(score.getSampleCount()));
        row.add(number(score.getScore(), 3));
        row.add(number(score.getScoreError(), 3));
        row.add(score.getScoreUnit());
        row.add(figure(run, Figure.WARMUP, 2));
        row.add(figure(run, Figure.ITERATIONS_PER_SECOND, 2));
        row.add(figure(run, Figure.PEAK_MEMORY, 0));
        row.add(figure(run, Figure.LOAD, 2));
        return row;
    }

    /** Class and method, without the package. */
    private static String shortName(String benchmark) {
        int method = benchmark.lastIndexOf('.');
        return benchmark.substring(benchmark.lastIndexOf('.', method - 1) + 1);
    }

    private static String figure(RunResult run, Figure figure, int decimals) {
        Result<?> result = run.getSecondaryResults().get(figure.label());
        return result == null ? ABSENT : number(result.getScore(), decimals);
    }

    private static String number(double value, int decimals) {
        return Double.isNaN(value) ? ABSENT : String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    /** The table; the first column is left-aligned, the others are right-aligned. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            for (int column = 0; column < row.size(); column++) {
                String alignment = column == 0 ? "%-" + width(column) + "s" : "  %" + width(column) + "s";
                text.append(String.format(Locale.ROOT, alignment, row.get(column)));
            }
            text.append(System.lineSeparator());
        }
        return text.toString();
    }

    private int width(int column) {
        return rows.stream().mapToInt(row -> row.get(column).length()).max().orElseThrow();
    }
}
