package org.diffusionjmh.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A table as text: the first column and those that are named so are left-aligned, the others are right-aligned. */
public final class TextTable {
    private static final String GAP = "  ";

    private final List<List<String>> rows = new ArrayList<>();
    private final Set<String> leftAligned;

    /** A table with these columns. */
    public TextTable(String... header) {
        this(List.of(header), Set.of());
    }

    /**
     * A table with these columns.
     *
     * @param leftAligned headings of columns that are left-aligned, beside the first
     */
    public TextTable(List<String> header, Set<String> leftAligned) {
        rows.add(List.copyOf(header));
        this.leftAligned = Set.copyOf(leftAligned);
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
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < row.size(); column++) {
                boolean left = column == 0 || leftAligned.contains(rows.get(0).get(column));
                String alignment = (column == 0 ? "" : GAP) + "%" + (left ? "-" : "") + width(column) + "s";
                line.append(String.format(Locale.ROOT, alignment, row.get(column)));
            }
            text.append(line.toString().stripTrailing()).append(System.lineSeparator());
        }
        return text.toString();
    }

    private int width(int column) {
        return rows.stream().mapToInt(row -> row.get(column).length()).max().orElseThrow();
    }
}
