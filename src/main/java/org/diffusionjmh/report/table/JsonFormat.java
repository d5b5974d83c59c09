package org.diffusionjmh.report.table;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.List;

/** JSON: an object with a list of objects per table. */
final class JsonFormat {
    private static final Gson GSON = new GsonBuilder()
            .setPrettyPrinting()
            .disableHtmlEscaping()
            .serializeNulls()
            .create();

    private JsonFormat() {}

    static String print(Sheet sheet) {
        JsonObject root = new JsonObject();
        root.addProperty("title", sheet.title());
        sheet.facts().forEach(root::addProperty);
        sheet.tables().forEach(table -> root.add(table.name(), rows(table.readBy(Column.Audience.PROGRAMS))));
        root.add("notes", texts(sheet.notes()));
        root.add("warnings", texts(sheet.warnings()));
        return GSON.toJson(root) + "\n";
    }

    private static JsonArray rows(Table table) {
        JsonArray rows = new JsonArray();
        table.rows().forEach(row -> rows.add(row(table.columns(), row)));
        return rows;
    }

    private static JsonObject row(List<Column> columns, List<Cell> cells) {
        JsonObject row = new JsonObject();
        for (int i = 0; i < cells.size(); i++) {
            Column column = columns.get(i);
            group(row, column.group()).add(column.name(), value(cells.get(i).value()));
        }
        return row;
    }

    private static JsonObject group(JsonObject row, String name) {
        if (name.isEmpty()) {
            return row;
        }
        if (!row.has(name)) {
            row.add(name, new JsonObject());
        }
        return row.getAsJsonObject(name);
    }

    /** JSON has no infinite numbers: these are null, as what is missing is. */
    private static JsonElement value(Object value) {
        if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
            return new JsonPrimitive(number);
        }
        if (value instanceof Boolean flag) {
            return new JsonPrimitive(flag);
        }
        return value instanceof String text ? new JsonPrimitive(text) : JsonNull.INSTANCE;
    }

    private static JsonArray texts(List<String> texts) {
        JsonArray array = new JsonArray();
        texts.forEach(array::add);
        return array;
    }
}
