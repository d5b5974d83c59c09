package org.diffusionjmh.report.html;

import java.util.List;
import org.diffusionjmh.report.table.Cell;
import org.diffusionjmh.report.table.Column;
import org.diffusionjmh.report.table.Table;

/** Tables for people; the page's script makes them sort and filter. */
final class HtmlTable {
    private HtmlTable() {}

    /** A table without the columns that would be empty. */
    static Element of(Table table) {
        Table shown = table.readBy(Column.Audience.PEOPLE).withoutEmptyColumns();
        Element head = Element.of("tr");
        shown.columns()
                .forEach(column -> head.add(cell("th", column, column.name()).with("scope", "col")));
        Element body = Element.of("tbody");
        shown.rows().forEach(row -> body.add(row(shown.columns(), row)));
        return Element.of("div")
                .with("class", "table")
                .add(Element.of("table").add(Element.of("thead").add(head)).add(body));
    }

    private static Element row(List<Column> columns, List<Cell> cells) {
        Element row = Element.of("tr");
        for (int i = 0; i < cells.size(); i++) {
            Cell cell = cells.get(i);
            Element element = cell("td", columns.get(i), cell.text());
            if (cell.value() instanceof Number number) {
                element.with("data-value", number.toString());
            }
            row.add(element);
        }
        return row;
    }

    private static Element cell(String name, Column column, String text) {
        Element cell = Element.of(name, text);
        return column.numeric() ? cell.with("class", "number") : cell;
    }
}
