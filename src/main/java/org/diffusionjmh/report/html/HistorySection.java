package org.diffusionjmh.report.html;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diffusionjmh.report.compare.ParameterColumns;
import org.diffusionjmh.report.compare.RowScore;
import org.diffusionjmh.report.result.Parameters;
import org.diffusionjmh.report.result.Run;
import org.diffusionjmh.report.result.Unit;
import org.diffusionjmh.report.table.Cell;
import org.diffusionjmh.report.table.Column;
import org.diffusionjmh.report.table.Fields;
import org.diffusionjmh.report.table.Numbers;
import org.diffusionjmh.report.table.Table;

/** Each benchmark over time and commits. */
final class HistorySection {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm").withZone(ZoneOffset.UTC);
    private static final String CAPTION = "Lines up and down: 95 % confidence intervals.";

    private HistorySection() {}

    private record TimedRow(HistoryRun run, RowScore row) {
        String text() {
            String error = Double.isNaN(row.error()) ? "" : " ± " + Numbers.text(row.error());
            String commit = run.commit().isEmpty() ? run.run().run().name() : "commit " + run.commit();
            return Numbers.text(row.value()) + error + " " + row.unit() + ", " + commit;
        }
    }

    static Element of(List<Run> runs, ChartSheet charts) {
        List<TimedRow> rows = runs.stream()
                .map(HistoryRun::of)
                .sorted(Comparator.comparing(HistoryRun::start))
                .flatMap(run -> run.run().scores().stream().map(row -> new TimedRow(run, row)))
                .toList();
        return Element.of("section")
                .with("id", "history")
                .add(Element.of("h2", "History"))
                .add(charts.place(charts(rows)))
                .add(HtmlTable.of(table(rows)));
    }

    private static List<Chart> charts(List<TimedRow> rows) {
        Map<List<String>, List<TimedRow>> groups = new LinkedHashMap<>();
        rows.forEach(row -> groups.computeIfAbsent(
                        List.of(
                                row.row().key().shortName(),
                                row.run().machine(),
                                row.row().key().mode().name()),
                        group -> new ArrayList<>())
                .add(row));
        List<Chart> charts = new ArrayList<>();
        groups.forEach((group, ofGroup) ->
                charts.add(chart(group.get(0) + (group.get(1).isEmpty() ? "" : " on " + group.get(1)), ofGroup)));
        return charts;
    }

    private static Chart chart(String title, List<TimedRow> rows) {
        Names names = Names.of(rows.stream()
                .<Parameters>map(row -> row.row().key().parameters())
                .toList());
        Unit unit = rows.get(0).row().unit();
        Map<String, List<Chart.Point>> series = new LinkedHashMap<>();
        for (TimedRow row : rows) {
            Parameters parameters = row.row().key().parameters();
            String name = (Names.series(parameters) + " " + names.place(parameters)).strip();
            double factor = row.row().unit().factorTo(unit).orElse(Double.NaN);
            series.computeIfAbsent(name.isEmpty() ? "score" : name, key -> new ArrayList<>())
                    .add(Chart.Point.of(
                            (double) row.run().start().toEpochMilli(),
                            row.row().value() * factor,
                            row.row().error() * factor,
                            row.text()));
        }
        List<Chart.Series> all = new ArrayList<>();
        series.forEach((name, points) -> all.add(new Chart.Series(name, points)));
        return new Chart(
                title,
                CAPTION,
                Chart.Kind.LINE,
                Chart.Axis.of("time (UTC)", Chart.Scale.TIME),
                Chart.Axis.of(unit.toString(), Chart.Scale.LINEAR),
                all);
    }

    private static Table table(List<TimedRow> rows) {
        Fields<TimedRow> fields = new Fields<TimedRow>()
                .people("time (UTC)", false, row -> TIME.format(row.run().start()))
                .people("commit", false, row -> row.run().commit())
                .people("machine", false, row -> row.run().machine())
                .people("benchmark", false, row -> row.row().key().shortName());
        new ParameterColumns(
                        rows.stream().map(row -> row.row().key().parameters()).toList())
                .addTo(fields, row -> row.row().key().parameters());
        return fields.add(Column.number("score"), row -> Cell.of(row.row().value()))
                .add(Column.number("± 95 %"), row -> Cell.of(row.row().error()))
                .people("unit", false, row -> row.row().unit().toString())
                .people(
                        "marks",
                        false,
                        row -> String.join(", ", row.run().run().marks(row.row().key())))
                .people("run", false, row -> row.run().run().run().name())
                .table("history", rows);
    }
}
