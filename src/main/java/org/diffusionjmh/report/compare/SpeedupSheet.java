package org.diffusionjmh.report.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.diffusionjmh.report.table.Cell;
import org.diffusionjmh.report.table.Column;
import org.diffusionjmh.report.table.Fields;
import org.diffusionjmh.report.table.Numbers;
import org.diffusionjmh.report.table.Sheet;
import org.diffusionjmh.report.table.Table;

/** A {@link Speedup} as tables: the compilers, and their geometric means. */
public final class SpeedupSheet {
    private static final String COST =
            "compile s: what the first call takes more than a warm one; paid off: the number of"
                    + " calls, the first included, after which the compiler has taken no longer than the baseline in all";

    private final Speedup speedup;
    private final Footnotes footnotes = new Footnotes();

    private SpeedupSheet(Speedup speedup) {
        this.speedup = speedup;
    }

    /** The tables of a comparison. */
    public static Sheet of(Speedup speedup) {
        return new SpeedupSheet(speedup).sheet();
    }

    private record Mean(String model, String method, String compiler, int count, double speedup) {}

    private Sheet sheet() {
        ParameterColumns parameters = new ParameterColumns(
                speedup.rows().stream().map(SpeedupRow::parameters).toList());
        Table rows = fields(parameters).table("speedups", speedup.rows());
        Table means = meanFields().table("geomeans", means());
        footnotes.add(COST);
        return new Sheet(
                "Compilers against " + speedup.baseline(),
                facts(parameters.constants()),
                List.of(rows, means),
                footnotes.notes(),
                speedup.warnings());
    }

    private Map<String, String> facts(String constants) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put(
                "run",
                speedup.runs().stream()
                        .map(run -> run.files().results().toString())
                        .collect(Collectors.joining(", ")));
        facts.put("baseline", speedup.parameter() + "=" + speedup.baseline());
        if (!constants.isEmpty()) {
            facts.put("in all rows", constants);
        }
        return facts;
    }

    private Fields<SpeedupRow> fields(ParameterColumns parameters) {
        String marks = SettingsCheck.marks(speedup.runs());
        Fields<SpeedupRow> fields = new Fields<SpeedupRow>()
                .people("benchmark", false, row -> row.difference().key().shortName())
                .programs("benchmark", SpeedupRow::benchmark);
        parameters.addTo(fields, SpeedupRow::parameters);
        fields.add(Column.text(speedup.parameter()), row -> Cell.of(row.compiler()))
                .add(Column.number("baseline"), row -> Cell.of(row.difference().oldValue()))
                .add(Column.number("time"), row -> Cell.of(row.difference().newValue()))
                .add(Column.text("unit"), row -> Cell.of(row.difference().unit().toString()))
                .add(Column.number("speedup"), row -> Cell.of(times(row.speedup()), row.speedup()));
        fields.people("first call s", true, SpeedupSheet::firstCalls)
                .number("baselineFirstSeconds", SpeedupRow::baselineFirst)
                .number("firstSeconds", SpeedupRow::first)
                .people("compile s", true, row -> Numbers.text(row.compileCost()))
                .number("compileSeconds", SpeedupRow::compileCost)
                .people("paid off", true, SpeedupSheet::paidOff)
                .number("breakEven", row -> number(row.breakEven()));
        FindingColumns.addTo(
                fields,
                row -> row.difference().ratio(),
                row -> Optional.of(row.difference().finding()));
        return fields.people(
                        "verdict", false, row -> row.difference().verdict().label() + footnotes.marks(row.difference()))
                .programs("verdict", row -> row.difference().verdict().label())
                .programs("marks", row -> marks);
    }

    private static String firstCalls(SpeedupRow row) {
        return row.hasCost() ? Numbers.text(row.first()) + " (" + Numbers.text(row.baselineFirst()) + ")" : "";
    }

    private static String paidOff(SpeedupRow row) {
        OptionalLong calls = row.breakEven();
        if (calls.isEmpty()) {
            return row.hasCost() ? "never" : "";
        }
        return calls.getAsLong() == 1
                ? "at once"
                : calls.getAsLong() + " " + callsOf(row.difference().key().method());
    }

    private static String callsOf(String method) {
        return switch (method) {
            case "generate" -> "images";
            case "step" -> "steps";
            default -> "calls";
        };
    }

    private static double number(OptionalLong value) {
        return value.isPresent() ? (double) value.getAsLong() : Double.NaN;
    }

    private static String times(double factor) {
        return Double.isNaN(factor) ? "" : String.format(Locale.ROOT, "%.2fx", factor);
    }

    private static Fields<Mean> meanFields() {
        return new Fields<Mean>()
                .people("geomean of", false, mean -> mean.model().isEmpty() ? "all" : RowKey.simple(mean.model()))
                .programs("model", Mean::model)
                .add(Column.text("method"), mean -> Cell.of(mean.method()))
                .add(Column.text("compiler"), mean -> Cell.of(mean.compiler()))
                .add(Column.number("rows"), mean -> Cell.of((long) mean.count()))
                .add(Column.number("speedup"), mean -> Cell.of(times(mean.speedup()), mean.speedup()));
    }

    /** By model, and of all models, each by method and compiler. */
    private List<Mean> means() {
        List<Mean> means = new ArrayList<>();
        List<String> models = speedup.rows().stream()
                .map(row -> row.difference().key().model())
                .distinct()
                .collect(Collectors.toCollection(ArrayList::new));
        if (models.size() > 1) {
            models.add("");
        }
        for (String model : models) {
            Map<List<String>, List<SpeedupRow>> groups = speedup.rows().stream()
                    .filter(row ->
                            model.isEmpty() || row.difference().key().model().equals(model))
                    .filter(row -> row.speedup() > 0 && Double.isFinite(row.speedup()))
                    .collect(Collectors.groupingBy(
                            row -> List.of(row.difference().key().method(), row.compiler()),
                            LinkedHashMap::new,
                            Collectors.toList()));
            groups.forEach((group, rows) ->
                    means.add(new Mean(model, group.get(0), group.get(1), rows.size(), geometricMean(rows))));
        }
        return means;
    }

    private static double geometricMean(List<SpeedupRow> rows) {
        return Math.exp(rows.stream()
                .mapToDouble(row -> Math.log(row.speedup()))
                .average()
                .orElseThrow());
    }
}
