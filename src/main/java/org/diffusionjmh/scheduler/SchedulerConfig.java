package org.diffusionjmh.scheduler;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Reads the keys of one scheduler configuration and remembers which were asked for. Every error names class, key and value.
 *
 * <p>A scheduler reads all of its keys whatever their values, so that the keys it knows are the keys it reads.
 */
final class SchedulerConfig {
    private final String className;
    private final JsonObject json;
    private final Set<String> read = new TreeSet<>();

    SchedulerConfig(String className, JsonObject json) {
        this.className = className;
        this.json = json;
    }

    Set<String> keysRead() {
        return read;
    }

    /** Refuses keys that no scheduler has; keys starting with an underscore describe the file. */
    void rejectKeysOutside(Set<String> known) {
        for (String key : json.keySet()) {
            if (!key.startsWith("_") && !known.contains(key)) {
                throw new IllegalArgumentException(className + ": key '" + key + "' (value " + json.get(key)
                        + ") is not known; remove it, or check its spelling. The keys of this class are " + read);
            }
        }
    }

    int integer(String key, int absent) {
        double value = number(key, absent);
        if (value != Math.rint(value) || Double.isInfinite(value)) {
            throw refuse(key, "an integer");
        }
        return (int) value;
    }

    int positive(String key, int absent) {
        int value = integer(key, absent);
        if (value < 1) {
            throw refuse(key, "a positive integer");
        }
        return value;
    }

    double number(String key, double absent) {
        return value(key).map(element -> toNumber(key, element)).orElse(absent);
    }

    OptionalDouble optionalNumber(String key) {
        return value(key)
                .map(element -> OptionalDouble.of(toNumber(key, element)))
                .orElse(OptionalDouble.empty());
    }

    Optional<List<Double>> optionalNumbers(String key) {
        return value(key).map(element -> {
            if (!(element instanceof JsonArray array)) {
                throw refuse(key, "a list of numbers");
            }
            List<Double> numbers = new ArrayList<>();
            array.forEach(entry -> numbers.add(toNumber(key, entry)));
            return List.copyOf(numbers);
        });
    }

    boolean flag(String key, boolean absent) {
        return value(key)
                .map(element -> {
                    if (!(element instanceof JsonPrimitive primitive) || !primitive.isBoolean()) {
                        throw refuse(key, "true or false");
                    }
                    return primitive.getAsBoolean();
                })
                .orElse(absent);
    }

    /** The constant of {@code choices} that prints as the key's value. */
    <E extends Enum<E>> E choice(String key, E absent, List<E> choices) {
        return text(key).map(text -> find(key, text, choices)).orElse(absent);
    }

    /** Like {@link #choice}, after diffusers' translation of the names that another class has for the same thing. */
    <E extends Enum<E>> E choice(String key, E absent, List<E> choices, Function<String, String> translation) {
        return text(key).map(translation).map(text -> find(key, text, choices)).orElse(absent);
    }

    /** Reads a key of which only null is supported. */
    void onlyNull(String key) {
        if (value(key).isPresent()) {
            throw refuse(key, "null: nothing else is supported");
        }
    }

    private <E extends Enum<E>> E find(String key, String text, List<E> choices) {
        return choices.stream()
                .filter(choice -> choice.toString().equals(text))
                .findFirst()
                .orElseThrow(() -> refuse(
                        key, "one of " + choices.stream().map(E::toString).collect(Collectors.joining(", "))));
    }

    private Optional<String> text(String key) {
        return value(key).map(element -> {
            if (!(element instanceof JsonPrimitive primitive) || !primitive.isString()) {
                throw refuse(key, "a string");
            }
            return primitive.getAsString();
        });
    }

    private Optional<JsonElement> value(String key) {
        read.add(key);
        return Optional.ofNullable(json.get(key)).filter(element -> !element.isJsonNull());
    }

    private double toNumber(String key, JsonElement element) {
        // Python writes -Infinity without quotes; Gson then calls it a string.
        if (element instanceof JsonPrimitive primitive && !primitive.isBoolean()) {
            try {
                return primitive.getAsDouble();
            } catch (NumberFormatException e) {
                throw refuse(key, "a number");
            }
        }
        throw refuse(key, "a number");
    }

    /** The error for the value that {@code key} has. */
    IllegalArgumentException refuse(String key, String wanted) {
        return new IllegalArgumentException(className + ": " + key + " is " + json.get(key) + ", want " + wanted);
    }

    /** Refuses more than one of several flags that exclude each other. */
    void atMostOne(String... flags) {
        List<String> set = Arrays.stream(flags).filter(key -> flag(key, false)).toList();
        if (set.size() > 1) {
            throw new IllegalArgumentException(
                    className + ": " + String.join(" and ", set) + " are both true, want at most one of them");
        }
    }
}
