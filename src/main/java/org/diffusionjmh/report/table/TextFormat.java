package org.diffusionjmh.report.table;

import java.util.List;
import java.util.stream.IntStream;

/** Aligned text. */
final class TextFormat {
    private static final String GAP = "  ";

    private TextFormat() {}

    static String print(Sheet sheet) {
        StringBuilder text = new StringBuilder();
        sheet.warnings().forEach(warning -> line(text, "warning: " + warning));
        sheet.facts().forEach((name, fact) -> line(text, name + ": " + fact));
        printTables(
                sheet.tables().stream()
                        .filter(table -> !table.rows().isEmpty())
                        .map(table -> table.readBy(Column.Audience.PEOPLE))
                        .toList(),
                text);
        if (!sheet.notes().isEmpty()) {
            line(text, "");
        }
        for (int i = 0; i < sheet.notes().size(); i++) {
            line(text, "(" + (i + 1) + ") " + sheet.notes().get(i));
        }
        return text.toString();
    }

    /** Tables of the same columns go on with each other under one heading. */
    private static void printTables(List<Table> tables, StringBuilder text) {
        int start = 0;
        while (start < tables.size()) {
            Table first = tables.get(start);
            int end = start + 1;
            while (end < tables.size() && tables.get(end).columns().equals(first.columns())) {
                end++;
            }
            printAligned(first, tables.subList(start, end), text);
            start = end;
        }
    }

    private static void printAligned(Table first, List<Table> tables, StringBuilder text) {
        Table all = new Table(
                        first.name(),
                        first.columns(),
                        tables.stream().flatMap(table -> table.rows().stream()).toList())
                .withoutEmptyColumns();
        List<Integer> widths = IntStream.range(0, all.columns().size())
                .mapToObj(column -> width(all, column))
                .toList();
        line(text, "");
        printRow(all, all.columns().stream().map(Column::name).toList(), widths, text);
        int row = 0;
        for (Table table : tables) {
            if (row > 0) {
                line(text, "");
            }
            for (int i = 0; i < table.rows().size(); i++) {
                printRow(all, all.rows().get(row++).stream().map(Cell::text).toList(), widths, text);
            }
        }
    }

    private static void printRow(Table table, List<String> texts, List<Integer> widths, StringBuilder text) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < texts.size(); i++) {
            String padding = " ".repeat(widths.get(i) - length(texts.get(i)));
            boolean right = table.columns().get(i).numeric();
            line.append(i == 0 ? "" : GAP)
                    .append(right ? padding : "")
                    .append(texts.get(i))
                    .append(right ? "" : padding);
        }
        line(text, line.toString().stripTrailing());
    }

    private static int width(Table table, int column) {
        int heading = length(table.columns().get(column).name());
        return table.rows().stream()
                .mapToInt(row -> length(row.get(column).text()))
                .reduce(heading, Math::max);
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    private static void line(StringBuilder text, String line) {
        text.append(line).append(System.lineSeparator());
    }
}
