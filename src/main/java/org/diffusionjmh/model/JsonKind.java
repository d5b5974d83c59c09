package org.diffusionjmh.model;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import java.util.List;
import java.util.function.Function;
import java.util.stream.StreamSupport;

/**
 * What a configuration's value can be: its name in messages, and the reader, which throws an {@link IllegalArgumentException} of no
 * message for a value of another kind.
 */
record JsonKind<T>(String description, Function<JsonElement, T> reader) {
    static final JsonKind<Integer> INTEGER = new JsonKind<>("an integer", JsonKind::integer);
    static final JsonKind<Integer> SIZE = new JsonKind<>("a positive integer", JsonKind::size);
    static final JsonKind<Double> NUMBER = new JsonKind<>("a number", JsonKind::number);
    static final JsonKind<String> TEXT = new JsonKind<>("a string", JsonKind::text);
    static final JsonKind<Boolean> FLAG = new JsonKind<>("true or false", JsonKind::flag);

    T read(JsonElement element) {
        return reader.apply(element);
    }

    /** A list of these, not empty. */
    JsonKind<List<T>> list() {
        return new JsonKind<>("a list, each " + description, this::elements);
    }

    /** A list of these or a single one, read as a list of one. */
    JsonKind<List<T>> oneOrList() {
        return new JsonKind<>(
                description + " or a list of such",
                element -> element.isJsonArray() ? elements(element) : List.of(read(element)));
    }

    /** A list of {@code count} of these; a single one stands for all. */
    JsonKind<List<T>> each(int count) {
        return new JsonKind<>(description + " or a list of " + count + " such", element -> {
            if (!element.isJsonArray()) {
                return java.util.Collections.nCopies(count, read(element));
            }
            List<T> values = elements(element);
            require(values.size() == count);
            return values;
        });
    }

    private List<T> elements(JsonElement element) {
        require(element.isJsonArray() && !element.getAsJsonArray().isEmpty());
        return StreamSupport.stream(element.getAsJsonArray().spliterator(), false)
                .map(this::read)
                .toList();
    }

    private static int integer(JsonElement element) {
        require(primitive(element).isNumber());
        double value = element.getAsDouble();
        require(value == Math.rint(value) && Math.abs(value) <= Integer.MAX_VALUE);
        return (int) value;
    }

    private static int size(JsonElement element) {
        int value = integer(element);
        require(value > 0);
        return value;
    }

    private static double number(JsonElement element) {
        require(primitive(element).isNumber());
        double value = element.getAsDouble();
        require(Double.isFinite(value));
        return value;
    }

    private static String text(JsonElement element) {
        require(primitive(element).isString());
        return element.getAsString();
    }

    /** Null is false, as it is to the libraries that write these files. */
    private static boolean flag(JsonElement element) {
        require(element.isJsonNull() || primitive(element).isBoolean());
        return !element.isJsonNull() && element.getAsBoolean();
    }

    private static JsonPrimitive primitive(JsonElement element) {
        require(element.isJsonPrimitive());
        return element.getAsJsonPrimitive();
    }

    private static void require(boolean fits) {
        if (!fits) {
            throw new IllegalArgumentException();
        }
    }
}
