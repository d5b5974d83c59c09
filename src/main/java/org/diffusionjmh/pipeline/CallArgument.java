package org.diffusionjmh.pipeline;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import java.util.List;

/** A value of {@link CallArguments}, read as what it should be; else an {@link IllegalArgumentException} says what that is. */
record CallArgument(String name, JsonElement value) {
    double number() {
        return number(value, "a number");
    }

    /** A list of numbers. */
    List<Double> numbers() {
        String wanted = "a list of numbers";
        if (!value.isJsonArray()) {
            throw wrong(wanted);
        }
        return value.getAsJsonArray().asList().stream()
                .map(element -> number(element, wanted))
                .toList();
    }

    int integer() {
        return integer(value, "a whole number");
    }

    /** A text or a list of texts. */
    List<String> texts() {
        String wanted = "a text or a list of texts";
        return value.isJsonArray()
                ? value.getAsJsonArray().asList().stream()
                        .map(element -> text(element, wanted))
                        .toList()
                : List.of(text(value, wanted));
    }

    /** Two whole numbers that are not negative, the vertical one first. */
    SizeConditions.Pair pair() {
        String wanted = "two whole numbers of at least 0, such as [512, 768]: height, then width";
        if (!value.isJsonArray() || value.getAsJsonArray().size() != 2) {
            throw wrong(wanted);
        }
        int vertical = integer(value.getAsJsonArray().get(0), wanted);
        int horizontal = integer(value.getAsJsonArray().get(1), wanted);
        if (vertical < 0 || horizontal < 0) {
            throw wrong(wanted);
        }
        return new SizeConditions.Pair(vertical, horizontal);
    }

    private double number(JsonElement element, String wanted) {
        if (element instanceof JsonPrimitive primitive
                && primitive.isNumber()
                && Double.isFinite(primitive.getAsDouble())) {
            return primitive.getAsDouble();
        }
        throw wrong(wanted);
    }

    private int integer(JsonElement element, String wanted) {
        double number = number(element, wanted);
        if (number != (int) number) {
            throw wrong(wanted);
        }
        return (int) number;
    }

    private String text(JsonElement element, String wanted) {
        if (element instanceof JsonPrimitive primitive && primitive.isString()) {
            return primitive.getAsString();
        }
        throw wrong(wanted);
    }

    private IllegalArgumentException wrong(String wanted) {
        return new IllegalArgumentException("call argument '" + name + "' is " + value + ", want " + wanted);
    }
}
