package org.diffusionjmh.report.table;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The columns of tables, each with what stands in it.
 *
 * @param <R> what a row is made of
 */
public final class Fields<R> {
    private final List<Column> columns = new ArrayList<>();
    private final List<Function<R, Cell>> cells = new ArrayList<>();

    /** A column of cells. */
    public Fields<R> add(Column column, Function<R, Cell> cell) {
        columns.add(column);
        cells.add(cell);
        return this;
    }

    /** A column of text for people. */
    public Fields<R> people(String name, boolean numeric, Function<R, String> text) {
        Column column = numeric ? Column.number(name) : Column.text(name);
        return add(column.to(Column.Audience.PEOPLE), row -> Cell.of(text.apply(row)));
    }

    /** A column of text for programs. */
    public Fields<R> programs(String name, Function<R, String> text) {
        return add(Column.text(name).to(Column.Audience.PROGRAMS), row -> Cell.of(text.apply(row)));
    }

    /** A column of numbers for programs; NaN is none. */
    public Fields<R> number(String name, Function<R, Double> number) {
        return add(Column.number(name).to(Column.Audience.PROGRAMS), row -> Cell.of("", number.apply(row)));
    }

    /** A table of these columns. */
    public Table table(String name, List<R> rows) {
        return new Table(
                name,
                columns,
                rows.stream()
                        .map(row -> cells.stream().map(cell -> cell.apply(row)).toList())
                        .toList());
    }
}
