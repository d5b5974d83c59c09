package org.diffusionjmh.report.html;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.List;

/**
 * What a chart shows; how it looks is the page's script's.
 *
 * @param title one line
 * @param caption what to know when reading it; may be empty
 * @param kind of marks
 * @param x the horizontal axis
 * @param y the vertical axis
 * @param series each has a colour, which is the same wherever its name occurs
 */
record Chart(String title, String caption, Kind kind, Axis x, Axis y, List<Series> series) {
    /** Kinds of marks. */
    enum Kind {
        BAR,
        LINE,
        SCATTER
    }

    /** What an axis' values are. */
    enum Scale {
        /** One place for each of the labels. */
        LABELS,
        LINEAR,
        LOGARITHMIC,
        /** Milliseconds since 1970. */
        TIME
    }

    /**
     * An axis.
     *
     * @param labels the places in order, if it has such
     */
    record Axis(String title, Scale scale, List<String> labels) {
        static Axis of(String title, Scale scale) {
            return new Axis(title, scale, List.of());
        }

        static Axis of(String title, List<String> labels) {
            return new Axis(title, Scale.LABELS, labels);
        }

        private JsonObject json() {
            JsonObject json = new JsonObject();
            json.addProperty("title", title);
            json.addProperty("scale", scale.name());
            JsonArray places = new JsonArray();
            labels.forEach(places::add);
            json.add("labels", places);
            return json;
        }
    }

    /**
     * Points of one name.
     *
     * @param guide whether it is no data but helps reading
     */
    record Series(String name, List<Point> points, boolean guide) {
        Series(String name, List<Point> points) {
            this(name, points, false);
        }

        private JsonObject json() {
            JsonObject json = new JsonObject();
            json.addProperty("name", name);
            json.addProperty("guide", guide);
            JsonArray array = new JsonArray();
            points.forEach(point -> array.add(point.json()));
            json.add("points", array);
            return json;
        }
    }

    /**
     * A value.
     *
     * @param x the place, or the number of a label, from 0
     * @param low lower end of its interval; NaN if there is none
     * @param high upper end of its interval; NaN if there is none
     * @param text what else to say of it
     */
    record Point(double x, double y, double low, double high, String text) {
        static Point of(double x, double y, double error, String text) {
            return new Point(x, y, y - error, y + error, text);
        }

        private JsonObject json() {
            JsonObject json = new JsonObject();
            json.add("x", number(x));
            json.add("y", number(y));
            json.add("low", number(low));
            json.add("high", number(high));
            json.addProperty("text", text);
            return json;
        }
    }

    /** How many values it has that can be drawn. */
    long size() {
        return series.stream()
                .filter(one -> !one.guide)
                .flatMap(one -> one.points.stream())
                .filter(point -> Double.isFinite(point.x) && Double.isFinite(point.y))
                .count();
    }

    JsonObject json() {
        JsonObject json = new JsonObject();
        json.addProperty("title", title);
        json.addProperty("kind", kind.name());
        json.add("x", x.json());
        json.add("y", y.json());
        JsonArray all = new JsonArray();
        series.forEach(one -> all.add(one.json()));
        json.add("series", all);
        return json;
    }

    private static JsonElement number(double value) {
        return Double.isFinite(value) ? new JsonPrimitive(value) : JsonNull.INSTANCE;
    }
}
