package org.diffusionjmh.report.table;

import java.util.List;
import java.util.stream.IntStream;

/**
 * A table.
 *
 * @param name what its rows are, in the plural
 * @param columns the headings
 * @param rows as many cells each as there are columns
 */
public record Table(String name, List<Column> columns, List<List<Cell>> rows) {
    /** Checks the rows' lengths and keeps copies. */
    public Table {
        columns = List.copyOf(columns);
        rows = rows.stream().map(List::copyOf).toList();
        for (List<Cell> row : rows) {
            if (row.size() != columns.size()) {
                throw new IllegalArgumentException(
                        "a row of '" + name + "' has " + row.size() + " cells, want " + columns.size());
            }
        }
    }

    /** The table with the columns for some readers only. */
    public Table readBy(Column.Audience reader) {
        return with(IntStream.range(0, columns.size())
                .filter(i -> columns.get(i).isFor(reader))
                .boxed()
                .toList());
    }

    /** The table without the columns that have no text in any row. */
    public Table withoutEmptyColumns() {
        return with(IntStream.range(0, columns.size())
                .filter(i -> rows.stream().anyMatch(row -> !row.get(i).text().isEmpty()))
                .boxed()
                .toList());
    }

    private Table with(List<Integer> kept) {
        return new Table(
                name,
                kept.stream().map(columns::get).toList(),
                rows.stream().map(row -> kept.stream().map(row::get).toList()).toList());
    }
}
