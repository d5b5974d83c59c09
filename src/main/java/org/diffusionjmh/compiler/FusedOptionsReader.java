package org.diffusionjmh.compiler;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.diffusionjmh.compiler.FusedOptions.MemoryFormat;
import org.diffusionjmh.compiler.FusedOptions.Mode;
import org.diffusionjmh.weights.JsonObjects;

/** Reads {@link FusedOptions} from JSON. */
final class FusedOptionsReader {
    private static final String MODE = "mode";
    private static final String MEMORY_FORMAT = "memory_format";
    private static final String DYNAMIC = "dynamic";

    private static final String WHAT = "compiler options";

    private final String json;

    FusedOptionsReader(String json) {
        this.json = json;
    }

    FusedOptions read() {
        Set<Mode> modes = FusedOptions.DEFAULT.modes();
        MemoryFormat memoryFormat = FusedOptions.DEFAULT.memoryFormat();
        boolean dynamic = FusedOptions.DEFAULT.dynamic();
        JsonObject object = JsonObjects.parse(WHAT, json, "{\"mode\": \"max-optimize:low-precision\"}");
        for (Map.Entry<String, JsonElement> entry : object.entrySet()) {
            switch (entry.getKey()) {
                case MODE -> modes = modes(text(entry));
                case MEMORY_FORMAT -> memoryFormat = find(entry.getKey(), text(entry), MemoryFormat.values());
                case DYNAMIC -> dynamic = bool(entry);
                default ->
                    throw wrong("unknown key '" + entry.getKey() + "'; known: " + MODE + ", " + MEMORY_FORMAT + ", "
                            + DYNAMIC);
            }
        }
        return new FusedOptions(modes, memoryFormat, dynamic);
    }

    private Set<Mode> modes(String text) {
        Set<Mode> modes = EnumSet.noneOf(Mode.class);
        for (String token : text.split(":", -1)) {
            modes.add(find(MODE, token, Mode.values()));
        }
        return modes;
    }

    private <T extends FusedOptions.Token> T find(String key, String token, T[] known) {
        return Arrays.stream(known)
                .filter(value -> value.token().equals(token))
                .findFirst()
                .orElseThrow(() -> wrong("unknown " + key + " '" + token + "'; known: "
                        + Arrays.stream(known).map(FusedOptions.Token::token).collect(Collectors.joining(", "))));
    }

    private String text(Map.Entry<String, JsonElement> entry) {
        if (entry.getValue() instanceof JsonPrimitive primitive && primitive.isString()) {
            return primitive.getAsString();
        }
        throw wrong(entry.getKey() + " is " + entry.getValue() + ", want a string");
    }

    private boolean bool(Map.Entry<String, JsonElement> entry) {
        if (entry.getValue() instanceof JsonPrimitive primitive && primitive.isBoolean()) {
            return primitive.getAsBoolean();
        }
        throw wrong(entry.getKey() + " is " + entry.getValue() + ", want true or false");
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException(WHAT + " " + json + ": " + what);
    }
}
