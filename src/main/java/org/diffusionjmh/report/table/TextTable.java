package org.diffusionjmh.report.table;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A table as aligned text. */
public final class TextTable {
    private static final String GAP = "  ";

    private final List<Column> columns;
    private final List<List<String>> lines = new ArrayList<>();

    /** A table with these columns, and their headings as its first line. */
    TextTable(List<Column> columns) {
        this.columns = List.copyOf(columns);
        lines.add(this.columns.stream().map(Column::name).toList());
    }

    /**
     * A table of numbers.
     *
     * @param first heading of the column that says what they are of
     */
    public TextTable(String first, String... numbers) {
        this(Stream.concat(Stream.of(Column.text(first)), Arrays.stream(numbers).map(Column::number))
                .toList());
    }

    /** A table's texts. */
    public static TextTable of(Table table) {
        TextTable text = new TextTable(table.columns());
        text.addAll(table.rows());
        return text;
    }

    void addAll(List<List<Cell>> rows) {
        rows.forEach(row -> add(row.stream().map(Cell::text).toList()));
    }

    /**
     * Adds a row.
     *
     * @throws IllegalArgumentException if it has not as many cells as there are columns
     */
    public void add(List<String> row) {
        if (row.size() != columns.size()) {
            throw new IllegalArgumentException("a row of " + row.size() + " cells in a table of " + lines.get(0));
        }
        lines.add(List.copyOf(row));
    }

    /** Leaves a line empty. */
    void addGap() {
        lines.add(columns.stream().map(column -> "").toList());
    }

    @Override
    public String toString() {
        List<Integer> widths =
                IntStream.range(0, columns.size()).mapToObj(this::width).toList();
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(aligned(line, widths)).append(System.lineSeparator()));
        return text.toString();
    }

    private int width(int column) {
        return lines.stream().mapToInt(line -> length(line.get(column))).max().orElseThrow();
    }

    private String aligned(List<String> line, List<Integer> widths) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < line.size(); i++) {
            String padding = " ".repeat(widths.get(i) - length(line.get(i)));
            boolean right = columns.get(i).numeric();
            text.append(i == 0 ? "" : GAP)
                    .append(right ? padding : "")
                    .append(line.get(i))
                    .append(right ? "" : padding);
        }
        return text.toString().stripTrailing();
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }
}
