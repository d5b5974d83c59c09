package org.diffusionjmh.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A table as text: the first column is left-aligned, the others are right-aligned. */
public final class TextTable {
    private final List<List<String>> rows = new ArrayList<>();

    /** A table with these columns. */
    public TextTable(String... header) {
        this(List.of(header));
    }

    TextTable(List<String> header) {
        rows.add(List.copyOf(header));
    }

    /**
     * Adds a row.
     *
     * @throws IllegalArgumentException if it has not as many cells as there are columns
     */
    public void add(List<String> row) {
        if (row.size() != rows.get(0).size()) {
            throw new IllegalArgumentException("a row of " + row.size() + " cells in a table of " + rows.get(0));
        }
        rows.add(List.copyOf(row));
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            for (int column = 0; column < row.size(); column++) {
                String alignment = column == 0 ? "%-" + width(column) + "s" : "  %" + width(column) + "s";
                text.append(String.format(Locale.ROOT, alignment, row.get(column)));
            }
            text.append(System.lineSeparator());
        }
        return text.toString();
    }

    private int width(int column) {
        return rows.stream().mapToInt(row -> row.get(column).length()).max().orElseThrow();
    }
}
