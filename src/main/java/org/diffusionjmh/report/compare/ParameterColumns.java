package org.diffusionjmh.report.compare;

import java.util.Collection;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.diffusionjmh.report.result.Parameters;
import org.diffusionjmh.report.table.Cell;
import org.diffusionjmh.report.table.Column;
import org.diffusionjmh.report.table.Fields;

/** Parameters as columns of a table: all of them for programs; for people those that differ from row to row, the others are said once. */
public final class ParameterColumns {
    private static final String GROUP = "params";

    private final SortedMap<String, SortedSet<String>> values = new TreeMap<>();

    /** The parameters of a table's rows. */
    public ParameterColumns(Collection<Parameters> rows) {
        rows.forEach(row -> row.values().keySet().forEach(name -> values.computeIfAbsent(name, n -> new TreeSet<>())));
        values.forEach((name, ofName) -> rows.forEach(row -> ofName.add(row.get(name))));
    }

    /** Adds the columns; of a row without parameters, the cells are empty. */
    public <R> void addTo(Fields<R> fields, Function<R, Parameters> parameters) {
        values.keySet().forEach(name -> {
            Column column = isConstant(name) ? Column.text(name).to(Column.Audience.PROGRAMS) : Column.text(name);
            fields.add(column.in(GROUP), row -> Cell.of(parameters.apply(row).get(name)));
        });
    }

    /** The parameters that are the same in all rows, as {@code name=value} with blanks between. */
    public String constants() {
        return values.entrySet().stream()
                .filter(entry -> isConstant(entry.getKey()))
                .map(entry -> entry.getKey() + "=" + entry.getValue().first())
                .collect(Collectors.joining(" "));
    }

    private boolean isConstant(String name) {
        return values.get(name).size() == 1;
    }
}
