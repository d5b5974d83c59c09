package org.diffusionjmh.report.html;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diffusionjmh.report.compare.RowScore;
import org.diffusionjmh.report.result.Unit;
import org.diffusionjmh.report.table.Numbers;
import org.openjdk.jmh.annotations.Mode;

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

    /** One chart per benchmark, and per mode where it was measured in several. */
    private static List<Chart> charts(List<RunRow> rows, Chart.Kind kind, String caption) {
        Map<String, Map<Mode, List<RunRow>>> benchmarks = new LinkedHashMap<>();
        rows.forEach(row -> benchmarks
                .computeIfAbsent(row.row().key().shortName(), name -> new LinkedHashMap<>())
                .computeIfAbsent(row.row().key().mode(), mode -> new ArrayList<>())
                .add(row));
        List<Chart> charts = new ArrayList<>();
        benchmarks.forEach((name, modes) -> modes.forEach((mode, ofMode) -> {
            Unit unit = ofMode.get(0).row().unit();
            charts.add(GroupedChart.of(
                    modes.size() == 1 ? name : name + " (" + mode.shortLabel() + ")",
                    caption,
                    kind,
                    unit.toString(),
                    ofMode.stream().map(row -> row.entry(unit)).toList()));
        }));
        return charts;
    }
}
