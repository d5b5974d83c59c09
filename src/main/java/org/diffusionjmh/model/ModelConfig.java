package org.diffusionjmh.model;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.diffusionjmh.weights.JsonObjects;

/**
 * A strict reader of a component's {@code config.json}. A network asks for each key it knows, {@link #finish()} refuses the keys left
 * over, and every failure is an {@link IllegalArgumentException} that names file, key and value. An absent key has its default; null
 * is a value, which only flags (as false) and the {@code optional} getters accept.
 */
public final class ModelConfig {
    /** Keys that say how a file was made or trained; they change nothing at inference. */
    private static final Set<String> INERT = Set.of(
            "architectures",
            "attention_dropout",
            "dropout",
            "dtype",
            "initializer_factor",
            "initializer_range",
            "model_type",
            "torch_dtype",
            "transformers_version");

    private final String file;
    private final JsonObject json;
    private final Set<String> known = new HashSet<>(INERT);

    /**
     * @param file how messages name the file, for example {@code unet/config.json}
     * @param json its content
     */
    public ModelConfig(String file, JsonObject json) {
        this.file = file;
        this.json = json;
    }

    /**
     * Reads a file; messages name it by the path given.
     *
     * @throws IOException if it cannot be read or is not a JSON object
     */
    public static ModelConfig read(Path file) throws IOException {
        return new ModelConfig(file.toString(), JsonObjects.read(file));
    }

    public int integer(String key, int otherwise) {
        return get(key, JsonKind.INTEGER, otherwise);
    }

    /** An integer of at least 1, for example a number of channels or heads. */
    public int size(String key, int otherwise) {
        return get(key, JsonKind.SIZE, otherwise);
    }

    /** An integer of at least 1, or nothing if the key is absent or null. */
    public OptionalInt optionalSize(String key) {
        return isUnset(key) ? OptionalInt.empty() : OptionalInt.of(size(key, 1));
    }

    public double number(String key, double otherwise) {
        return get(key, JsonKind.NUMBER, otherwise);
    }

    /** A boolean; null counts as false, as it does to the libraries that write these files. */
    public boolean flag(String key, boolean otherwise) {
        return get(key, JsonKind.FLAG, otherwise);
    }

    public String text(String key, String otherwise) {
        return get(key, JsonKind.TEXT, otherwise);
    }

    /** A string, or nothing if the key is absent or null. */
    public Optional<String> optionalText(String key) {
        return isUnset(key) ? Optional.empty() : Optional.of(text(key, ""));
    }

    /** Strings, at least one. */
    public List<String> texts(String key, List<String> otherwise) {
        return get(key, JsonKind.TEXT.list(), otherwise);
    }

    /** Integers of at least 1; at least one of them. */
    public List<Integer> sizes(String key, List<Integer> otherwise) {
        return get(key, JsonKind.SIZE.list(), otherwise);
    }

    /** An integer of at least 1 for each of {@code count} blocks; a single one in the file stands for all. */
    public List<Integer> sizes(String key, int count, List<Integer> otherwise) {
        return get(key, JsonKind.SIZE.each(count), otherwise);
    }

    /**
     * For each of {@code count} blocks integers of at least 1, one per layer or one for all layers. In the file a single integer may stand
     * for a block's list and for all blocks.
     */
    public List<List<Integer>> sizeLists(String key, int count, List<List<Integer>> otherwise) {
        return get(key, JsonKind.SIZE.oneOrList().each(count), otherwise);
    }

    /** A boolean for each of {@code count} blocks; a single one in the file stands for all. */
    public List<Boolean> flags(String key, int count, List<Boolean> otherwise) {
        return get(key, JsonKind.FLAG.each(count), otherwise);
    }

    /** {@code count} numbers, a single one in the file standing for all; empty if the key is absent or null. */
    public List<Double> optionalNumbers(String key, int count) {
        return isUnset(key) ? List.of() : get(key, JsonKind.NUMBER.each(count), List.of());
    }

    /**
     * Refuses a value that is none of those allowed. An absent key is always accepted.
     *
     * @param allowed strings, numbers, booleans, or null for JSON's null
     */
    public void supported(String key, Object... allowed) {
        known.add(key);
        if (json.has(key)
                && Arrays.stream(allowed).noneMatch(value -> toJson(value).equals(json.get(key)))) {
            throw unsupported(key, allowed);
        }
    }

    /** Refuses each of these keys unless it is absent, null or false: features that are off in every supported network. */
    public void off(String... keys) {
        for (String key : keys) {
            supported(key, null, false);
        }
    }

    /** Accepts these keys with any value: the caller's network does not depend on them. */
    public void ignore(String... keys) {
        known.addAll(List.of(keys));
    }

    /** The error for a value that is well-formed and not supported. */
    public IllegalArgumentException unsupported(String key, Object... supported) {
        return refused(
                key,
                "supported: " + Arrays.stream(supported).map(String::valueOf).collect(Collectors.joining(", ")));
    }

    /** Refuses the file if it has keys that nobody asked for: they may change the network. Keys that begin with _ are comments. */
    public void finish() {
        Set<String> unknown = new TreeSet<>(json.keySet());
        unknown.removeAll(known);
        unknown.removeIf(key -> key.startsWith("_"));
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(file + ": "
                    + unknown.stream().map(this::described).collect(Collectors.joining(", "))
                    + ", which this version does not know; remove what does not change the network");
        }
    }

    /** Whether the key is there, be it null. */
    boolean has(String key) {
        return json.has(key);
    }

    /** Whether the key is absent or null. */
    boolean isUnset(String key) {
        known.add(key);
        return !json.has(key) || json.get(key).isJsonNull();
    }

    private <T> T get(String key, JsonKind<T> kind, T otherwise) {
        known.add(key);
        if (!json.has(key)) {
            return otherwise;
        }
        try {
            return kind.read(json.get(key));
        } catch (IllegalArgumentException e) {
            throw refused(key, "want " + kind.description());
        }
    }

    private IllegalArgumentException refused(String key, String wanted) {
        return new IllegalArgumentException(file + ": " + described(key) + ", " + wanted);
    }

    private String described(String key) {
        if (!json.has(key)) {
            return "'" + key + "' is absent";
        }
        JsonElement value = json.get(key);
        boolean string = value.isJsonPrimitive() && value.getAsJsonPrimitive().isString();
        return "'" + key + "' is " + (string ? "'" + value.getAsString() + "'" : value);
    }

    private static JsonElement toJson(Object value) {
        if (value == null) {
            return JsonNull.INSTANCE;
        }
        if (value instanceof Boolean flag) {
            return new JsonPrimitive(flag);
        }
        return value instanceof Number number ? new JsonPrimitive(number) : new JsonPrimitive((String) value);
    }
}
