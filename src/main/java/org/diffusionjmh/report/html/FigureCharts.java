package org.diffusionjmh.report.html;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diffusionjmh.report.compare.RowScore;
import org.diffusionjmh.report.result.Unit;
import org.diffusionjmh.report.table.Numbers;

/** Charts of scores and metrics by benchmark, compiler and resolution. */
final class FigureCharts {
    private static final String INTERVALS =
            "Lines: 95 % confidence intervals, of the medians of the forks from 3 forks on,"
                    + " else of the iterations.";

    private FigureCharts() {}

    /** Scores with their intervals, one chart per benchmark; those that are rates are with {@link #throughput}. */
    static List<Chart> latency(List<ReportRun> runs) {
        List<RunRow> rows = new ArrayList<>();
        runs.forEach(run -> run.scores().stream()
                .filter(row -> !row.unit().isRate())
                .forEach(row -> rows.add(new RunRow(run, row))));
        return charts(rows, Chart.Kind.BAR, INTERVALS);
    }

    /** Peak memory, one chart per benchmark and kind of memory. */
    static List<Chart> memory(List<ReportRun> runs) {
        List<RunRow> rows = new ArrayList<>();
        runs.forEach(run -> run.rows().values().stream()
                .filter(row ->
                        row.key().metric().startsWith("memory") && row.unit().isSize())
                .forEach(row -> rows.add(new RunRow(run, row))));
        return charts(rows, Chart.Kind.BAR, "");
    }

    /** What is done per second, one chart per benchmark. */
    static List<Chart> throughput(List<ReportRun> runs) {
        List<RunRow> rows = new ArrayList<>();
        runs.forEach(run -> run.rows().values().stream()
                .filter(row -> row.unit().isRate())
                .forEach(row -> rows.add(new RunRow(run, row))));
        return charts(rows, Chart.Kind.LINE, INTERVALS);
    }

    private record RunRow(ReportRun run, RowScore row) {
        /** Rows of equal titles share a chart. */
        String title() {
            return row.key().shortName();
        }

        GroupedChart.Entry entry(Unit unit) {
            double factor = row.unit().factorTo(unit).orElse(Double.NaN);
            return new GroupedChart.Entry(
                    run.series(Names.series(row.key().parameters())),
                    row.key().parameters(),
                    row.value() * factor,
                    row.error() * factor,
                    text());
        }

        private String text() {
            String error = Double.isNaN(row.error()) ? "" : " ± " + Numbers.text(row.error());
            return Numbers.text(row.value()) + error + " " + row.unit();
        }
    }

    private static List<Chart> charts(List<RunRow> rows, Chart.Kind kind, String caption) {
        Map<String, List<RunRow>> groups = new LinkedHashMap<>();
        rows.forEach(row -> groups.computeIfAbsent(
                        row.title() + " " + row.row().key().mode(), title -> new ArrayList<>())
                .add(row));
        List<Chart> charts = new ArrayList<>();
        groups.values().forEach(group -> {
            Unit unit = group.get(0).row().unit();
            RowScore first = group.get(0).row();
            boolean alone = rows.stream()
                            .filter(row -> row.title().equals(group.get(0).title()))
                            .map(row -> row.row().key().mode())
                            .distinct()
                            .count()
                    == 1;
            charts.add(GroupedChart.of(
                    group.get(0).title()
                            + (alone ? "" : " (" + first.key().mode().shortLabel() + ")"),
                    caption,
                    kind,
                    unit.toString(),
                    group.stream().map(row -> row.entry(unit)).toList()));
        });
        return charts;
    }
}
