package org.diffusionjmh.report.table;

import java.util.List;

/** Aligned text. */
final class TextFormat {
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
            line(text, "");
            text.append(aligned(first, tables.subList(start, end)));
            start = end;
        }
    }

    private static String aligned(Table first, List<Table> tables) {
        Table all = new Table(
                        first.name(),
                        first.columns(),
                        tables.stream().flatMap(table -> table.rows().stream()).toList())
                .withoutEmptyColumns();
        TextTable text = new TextTable(all.columns());
        int from = 0;
        for (Table table : tables) {
            if (from > 0) {
                text.addGap();
            }
            int to = from + table.rows().size();
            text.addAll(all.rows().subList(from, to));
            from = to;
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String line) {
        text.append(line).append(System.lineSeparator());
    }
}
