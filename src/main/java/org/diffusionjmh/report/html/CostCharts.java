package org.diffusionjmh.report.html;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diffusionjmh.report.compare.SpeedupRow;
import org.diffusionjmh.report.result.Parameters;
import org.diffusionjmh.report.table.Numbers;

/** What compiling costs against what it saves, one chart per benchmark method. */
final class CostCharts {
    private static final int[] BREAK_EVENS = {1, 10, 100, 1000, 10_000};
    private static final String CAPTION =
            "Right: the first call takes longer than the baseline's. Up: each further call"
                    + " takes less. On a dashed line, compiling has paid for itself after so many calls; upwards, sooner.";

    private CostCharts() {}

    static List<Chart> of(List<ReportRun> runs) {
        Map<String, List<RunRow>> methods = new LinkedHashMap<>();
        runs.forEach(run -> run.speedup().ifPresent(speedup -> speedup.rows().stream()
                .filter(SpeedupRow::hasCost)
                .forEach(row -> methods.computeIfAbsent(row.difference().key().method(), method -> new ArrayList<>())
                        .add(new RunRow(run, row)))));
        List<Chart> charts = new ArrayList<>();
        methods.forEach((method, rows) -> charts.add(chart(method, rows)));
        return charts;
    }

    private record RunRow(ReportRun run, SpeedupRow row) {
        double cost() {
            return row.first() - row.baselineFirst();
        }

        double saving() {
            return row.baselineSeconds() - row.seconds();
        }

        /** Both axes are logarithmic. */
        boolean isDrawable() {
            return cost() > 0 && saving() > 0;
        }

        String text(Names names) {
            String place = names.place(row.parameters());
            return (row.difference().key().shortName() + " " + place).strip() + ": " + Numbers.text(row.speedup())
                    + "x, paid off after " + row.breakEven().orElse(0) + " calls";
        }

        String name(Names names) {
            return (row.difference().key().shortName() + " " + row.compiler() + " " + names.place(row.parameters()))
                    .strip();
        }
    }

    private static Chart chart(String method, List<RunRow> rows) {
        Names names = Names.of(
                rows.stream().<Parameters>map(row -> row.row().parameters()).toList());
        Map<String, List<Chart.Point>> series = new LinkedHashMap<>();
        List<RunRow> drawable = rows.stream().filter(RunRow::isDrawable).toList();
        drawable.forEach(
                row -> series.computeIfAbsent(row.run().series(row.row().compiler()), name -> new ArrayList<>())
                        .add(Chart.Point.of(row.cost(), row.saving(), Double.NaN, row.text(names))));
        List<Chart.Series> all = new ArrayList<>();
        series.forEach((name, points) -> all.add(new Chart.Series(name, points)));
        all.addAll(guides(drawable));
        return new Chart(
                method + ": cost of compiling against saving",
                CAPTION + left(rows, names),
                Chart.Kind.SCATTER,
                Chart.Axis.of("first call, s more than the baseline's", Chart.Scale.LOGARITHMIC),
                Chart.Axis.of("saved per further call, s", Chart.Scale.LOGARITHMIC),
                all);
    }

    /** Lines of equal break-even that pass near the points. */
    private static List<Chart.Series> guides(List<RunRow> rows) {
        double low = rows.stream().mapToDouble(RunRow::cost).min().orElse(1) / 2;
        double high = rows.stream().mapToDouble(RunRow::cost).max().orElse(1) * 2;
        double lowest = rows.stream().mapToDouble(RunRow::saving).min().orElse(1) / 3;
        double highest = rows.stream().mapToDouble(RunRow::saving).max().orElse(1) * 3;
        List<Chart.Series> guides = new ArrayList<>();
        for (int calls : BREAK_EVENS) {
            double from = Math.max(low, lowest * calls);
            double to = Math.min(high, highest * calls);
            if (from < to) {
                guides.add(new Chart.Series(
                        calls + (calls == 1 ? " call" : " calls"),
                        List.of(
                                Chart.Point.of(from, from / calls, Double.NaN, ""),
                                Chart.Point.of(to, to / calls, Double.NaN, "")),
                        true));
            }
        }
        return guides;
    }

    /** What has no place in the chart. */
    private static String left(List<RunRow> rows, Names names) {
        List<String> never = rows.stream()
                .filter(row -> row.row().breakEven().isEmpty())
                .map(row -> row.name(names))
                .toList();
        List<String> atOnce = rows.stream()
                .filter(row -> row.row().breakEven().orElse(0) == 1)
                .map(row -> row.name(names))
                .toList();
        return (never.isEmpty() ? "" : " Never paid off: " + String.join(", ", never) + ".")
                + (atOnce.isEmpty() ? "" : " Paid off at once: " + String.join(", ", atOnce) + ".");
    }
}
