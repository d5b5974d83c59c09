package org.diffusionjmh.report.html;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.diffusionjmh.report.compare.ParameterColumns;
import org.diffusionjmh.report.compare.RowScore;
import org.diffusionjmh.report.compare.SpeedupSheet;
import org.diffusionjmh.report.result.Picture;
import org.diffusionjmh.report.table.Cell;
import org.diffusionjmh.report.table.Column;
import org.diffusionjmh.report.table.Fields;
import org.diffusionjmh.report.table.Numbers;
import org.diffusionjmh.report.table.Sheet;
import org.diffusionjmh.report.table.Table;
import org.openjdk.jmh.annotations.Mode;

/** The figures as tables: scores with the metrics beside them, all metrics, and the compilers compared. */
final class ResultsSection {
    private static final String CENTRE =
            "value and the figures after it: medians of the forks' medians, or JMH's means where a run has no samples.";

    private ResultsSection() {}

    private record Line(ReportRun run, RowScore row, Set<String> common) {
        /** The benchmark's own marks: those of all stand at the head of the page. */
        String marks() {
            return run.marks(row.key()).stream()
                    .filter(mark -> !common.contains(mark))
                    .collect(Collectors.joining(", "));
        }

        Cell metric(String name) {
            return run.metric(row.key(), name)
                    .map(metric -> Cell.of(metric.value()))
                    .orElse(Cell.NONE);
        }

        Optional<Picture> picture() {
            String parameters = row.key().parameters().toString();
            return run.run().pictures().stream()
                    .filter(picture -> picture.benchmark().equals(row.key().benchmark())
                            && picture.parameters().equals(parameters)
                            && !Double.isNaN(picture.ssim()))
                    .findFirst();
        }
    }

    static Element results(List<ReportRun> runs) {
        List<Line> scores = new ArrayList<>();
        List<Line> metrics = new ArrayList<>();
        for (ReportRun run : runs) {
            Set<String> common = run.commonMarks();
            run.rows().values().forEach(row -> (row.key().isScore() ? scores : metrics)
                    .add(new Line(run, row, common)));
        }
        Element section = Element.of("section")
                .with("id", "results")
                .add(Element.of("h2", "Results"))
                .add(constants(scores));
        if (scores.isEmpty()) {
            section.add(Element.of("p", "There are no results."));
        } else {
            section.add(HtmlTable.of(scoreTable(scores)));
            section.add(Element.of("p", CENTRE).with("class", "note"));
        }
        if (!metrics.isEmpty()) {
            section.add(Element.of("details")
                    .add(Element.of("summary", "All further metrics"))
                    .add(HtmlTable.of(common(metrics).table("metrics", metrics))));
        }
        return section;
    }

    /** What the tables leave out because it is everywhere the same. */
    private static Element constants(List<Line> lines) {
        Set<Mode> modes = modes(lines);
        String mode = modes.size() == 1 ? "mode=" + modes.iterator().next().shortLabel() + " " : "";
        String constants = (mode + parameters(lines).constants()).strip();
        return Element.of("p", constants.isEmpty() ? "" : "In all rows: " + constants)
                .with("class", "note");
    }

    private static Set<Mode> modes(List<Line> lines) {
        return lines.stream().map(line -> line.row().key().mode()).collect(Collectors.toSet());
    }

    private static ParameterColumns parameters(List<Line> lines) {
        return new ParameterColumns(
                lines.stream().map(line -> line.row().key().parameters()).toList());
    }

    private static Table scoreTable(List<Line> lines) {
        return common(lines)
                .add(Column.number("first call s"), line -> line.metric("warmup"))
                .add(Column.number("compile s"), line -> line.metric("compile"))
                .add(Column.number("it/s"), line -> line.metric("iterations.per.second"))
                .add(Column.number("peak MiB"), line -> line.metric("memory.peak"))
                .add(Column.number("J"), line -> line.metric("energy"))
                .add(Column.number("PSNR dB"), line -> line.picture()
                        .map(picture -> Cell.of(picture.psnr()))
                        .orElse(Cell.NONE))
                .add(Column.number("SSIM"), line -> line.picture()
                        .map(picture -> Cell.of(picture.ssim()))
                        .orElse(Cell.NONE))
                .people("marks", false, Line::marks)
                .table("scores", lines);
    }

    private static Fields<Line> common(List<Line> lines) {
        long modes = modes(lines).size();
        Fields<Line> fields = new Fields<Line>()
                .people("benchmark", false, line -> line.row().key().shortName())
                .people("run", false, line -> line.run().label())
                .people(
                        "mode",
                        false,
                        line -> modes == 1 ? "" : line.row().key().mode().shortLabel());
        parameters(lines).addTo(fields, line -> line.row().key().parameters());
        return fields.add(Column.number("n"), line -> Cell.of(line.row().count()))
                .add(Column.number("value"), line -> Cell.of(line.row().value()))
                .add(
                        Column.number("± 95 %"),
                        line -> Double.isNaN(line.row().error())
                                ? Cell.NONE
                                : Cell.of(
                                        "± " + Numbers.text(line.row().error()),
                                        line.row().error()))
                .people("unit", false, line -> line.row().unit().toString());
    }

    /** The compilers of each run that has several. */
    static Optional<Element> speedups(List<ReportRun> runs, ChartSheet charts) {
        List<ReportRun> compared =
                runs.stream().filter(run -> run.speedup().isPresent()).toList();
        if (compared.isEmpty()) {
            return Optional.empty();
        }
        Element section = Element.of("section")
                .with("id", "compilers")
                .add(Element.of("h2", "What compiling gains and costs"))
                .add(charts.place(CostCharts.of(compared)));
        for (ReportRun run : compared) {
            Sheet sheet = SpeedupSheet.of(run.speedup().orElseThrow());
            if (!run.label().isEmpty()) {
                section.add(Element.of("h3", "Run " + run.label()));
            }
            sheet.tables().stream()
                    .filter(table -> !table.rows().isEmpty())
                    .forEach(table -> section.add(HtmlTable.of(table)));
            Element notes = Element.of("ol").with("class", "note");
            sheet.notes().forEach(note -> notes.add(Element.of("li", note)));
            section.add(notes);
        }
        return Optional.of(section);
    }
}
