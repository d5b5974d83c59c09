package org.diffusionjmh.report.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.diffusionjmh.report.result.Environment;
import org.diffusionjmh.report.result.Parameters;
import org.diffusionjmh.report.result.Run;
import org.diffusionjmh.report.table.Cell;
import org.diffusionjmh.report.table.Column;
import org.diffusionjmh.report.table.Fields;
import org.diffusionjmh.report.table.Sheet;
import org.diffusionjmh.report.table.Table;

/** A {@link Diff} as tables: scores, their geometric means, and further metrics. */
public final class DiffSheet {
    private static final int MANY_TESTS = 20;

    private final Diff diff;
    private final Footnotes footnotes = new Footnotes();

    private DiffSheet(Diff diff) {
        this.diff = diff;
    }

    /** The tables of a comparison. */
    public static Sheet of(Diff diff) {
        return new DiffSheet(diff).sheet();
    }

    /**
     * A row of a table.
     *
     * @param kind {@code score}, {@code metric} or {@code geomean}
     * @param shortName for people
     * @param benchmark for programs
     * @param metric for programs
     * @param mode for programs
     */
    private record Line(
            String kind,
            String shortName,
            String benchmark,
            String metric,
            String mode,
            Parameters parameters,
            double oldValue,
            double newValue,
            String unit,
            double ratio,
            Optional<Finding> finding,
            String verdict,
            String marks) {}

    private Sheet sheet() {
        List<Line> scores = new ArrayList<>();
        List<Line> metrics = new ArrayList<>();
        diff.rows().forEach(row -> (row.key().isScore() ? scores : metrics).add(line(row)));
        Set<RowKey> lonely = diff.oneSided().stream()
                .map(OneSidedRow::key)
                .filter(RowKey::isScore)
                .collect(Collectors.toSet());
        diff.oneSided().stream()
                // That a benchmark is on one side only is said once, not for each of its metrics.
                .filter(row -> row.key().isScore() || !lonely.contains(row.key().score()))
                .forEach(row -> (row.key().isScore() ? scores : metrics).add(line(row)));
        List<Line> means = diff.means().stream().map(DiffSheet::line).toList();
        ParameterColumns parameters = new ParameterColumns(Stream.concat(scores.stream(), metrics.stream())
                .map(Line::parameters)
                .toList());
        Fields<Line> fields = fields(parameters);
        List<Table> tables = List.of(
                fields.table("scores", scores), fields.table("geomeans", means), fields.table("metrics", metrics));
        noteOnManyTests();
        return new Sheet(
                "Benchmark comparison", facts(parameters.constants()), tables, footnotes.notes(), diff.warnings());
    }

    private void noteOnManyTests() {
        long tests = diff.rows().stream()
                .filter(row -> row.finding().pValue().isPresent())
                .count();
        if (tests >= MANY_TESTS) {
            footnotes.add(tests + " rows were tested at 5 %: if nothing had changed, about "
                    + Math.round(tests * Finding.ALPHA) + " of them would seem to have");
        }
    }

    private Map<String, String> facts(String constants) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("old", text(diff.oldRuns()));
        facts.put("new", text(diff.newRuns()));
        if (!constants.isEmpty()) {
            facts.put("in all rows", constants);
        }
        return facts;
    }

    private static String text(List<Run> runs) {
        return runs.stream()
                .map(run -> run.files().results()
                        + run.environment().map(DiffSheet::commit).orElse(""))
                .collect(Collectors.joining(", "));
    }

    private static String commit(Environment environment) {
        String version = environment.version();
        return version.isEmpty() ? "" : " (commit " + version + ")";
    }

    private Fields<Line> fields(ParameterColumns parameters) {
        // Files of programs have no place for warnings, so that each row says what is against it.
        String marks = SettingsCheck.marks(
                Stream.concat(diff.oldRuns().stream(), diff.newRuns().stream()).toList());
        Fields<Line> fields = new Fields<Line>()
                .programs("kind", Line::kind)
                .people("benchmark", false, Line::shortName)
                .programs("benchmark", Line::benchmark)
                .programs("metric", Line::metric)
                .programs("mode", Line::mode);
        parameters.addTo(fields, Line::parameters);
        fields.add(Column.number("old"), line -> Cell.of(line.oldValue()))
                .add(Column.number("new"), line -> Cell.of(line.newValue()))
                .add(Column.text("unit"), line -> Cell.of(line.unit()));
        FindingColumns.addTo(fields, Line::ratio, Line::finding);
        return fields.people("verdict", false, line -> line.verdict() + line.marks())
                .programs("verdict", Line::verdict)
                .programs("marks", line -> marks);
    }

    private Line line(RowDiff row) {
        return line(
                row.key(),
                row.oldValue(),
                row.newValue(),
                row.unit().toString(),
                row.ratio(),
                Optional.of(row.finding()),
                row.verdict().label(),
                footnotes.marks(row));
    }

    private static Line line(OneSidedRow row) {
        return line(
                row.key(),
                row.isOld() ? row.value() : Double.NaN,
                row.isOld() ? Double.NaN : row.value(),
                row.unit().toString(),
                Double.NaN,
                Optional.empty(),
                row.isOld() ? "only old" : "only new",
                "");
    }

    private static Line line(
            RowKey key,
            double oldValue,
            double newValue,
            String unit,
            double ratio,
            Optional<Finding> finding,
            String verdict,
            String marks) {
        return new Line(
                key.isScore() ? "score" : "metric",
                key.shortName(),
                key.benchmark(),
                key.metric(),
                key.mode().shortLabel(),
                key.parameters(),
                oldValue,
                newValue,
                unit,
                ratio,
                finding,
                verdict,
                marks);
    }

    private static Line line(GeometricMean mean) {
        String of = mean.model().isEmpty() ? "all" : RowKey.simple(mean.model());
        return new Line(
                "geomean",
                "geomean of " + of + " (" + mean.count() + ")",
                mean.model(),
                "",
                "",
                Parameters.of(Map.of()),
                Double.NaN,
                Double.NaN,
                "",
                mean.ratio(),
                Optional.empty(),
                "",
                "");
    }
}
