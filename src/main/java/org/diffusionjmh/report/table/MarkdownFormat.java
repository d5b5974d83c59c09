package org.diffusionjmh.report.table;

import java.util.List;
import java.util.stream.Collectors;

/** Markdown with tables as GitHub has them. */
final class MarkdownFormat {
    private MarkdownFormat() {}

    static String print(Sheet sheet) {
        StringBuilder text = new StringBuilder();
        line(text, "## " + escape(sheet.title()));
        if (!sheet.warnings().isEmpty()) {
            line(text, "");
            sheet.warnings().forEach(warning -> line(text, "- **Warning:** " + escape(warning)));
        }
        if (!sheet.facts().isEmpty()) {
            line(text, "");
            sheet.facts().forEach((name, fact) -> line(text, "- " + escape(name) + ": " + escape(fact)));
        }
        for (Table table : sheet.tables()) {
            if (!table.rows().isEmpty()) {
                line(text, "");
                print(table.readBy(Column.Audience.PEOPLE).withoutEmptyColumns(), text);
            }
        }
        if (!sheet.notes().isEmpty()) {
            line(text, "");
        }
        for (int i = 0; i < sheet.notes().size(); i++) {
            line(text, (i + 1) + ". " + escape(sheet.notes().get(i)));
        }
        return text.toString();
    }

    private static void print(Table table, StringBuilder text) {
        row(text, table.columns().stream().map(column -> escape(column.name())).toList());
        row(
                text,
                table.columns().stream()
                        .map(column -> column.numeric() ? "---:" : "---")
                        .toList());
        table.rows()
                .forEach(row ->
                        row(text, row.stream().map(cell -> escape(cell.text())).toList()));
    }

    private static void row(StringBuilder text, List<String> cells) {
        line(text, cells.stream().collect(Collectors.joining(" | ", "| ", " |")));
    }

    /** Text that Markdown and the HTML in it leave as it is. */
    private static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(c -> {
            if ("\\`*_[]|<>#~".indexOf(c) >= 0) {
                escaped.append('\\');
            }
            escaped.appendCodePoint(c == '\n' || c == '\r' ? ' ' : c);
        });
        return escaped.toString();
    }

    private static void line(StringBuilder text, String line) {
        text.append(line).append('\n');
    }
}
