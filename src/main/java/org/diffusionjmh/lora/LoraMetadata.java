package org.diffusionjmh.lora;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The entry {@code lora_adapter_metadata} in a file's header: PEFT's {@code LoraConfig} of each network as JSON, with the network's name
 * before each key, for example {@code unet.lora_alpha}.
 *
 * @param config the entry; empty if there is none
 */
record LoraMetadata(JsonObject config) {
    private static final String ENTRY = "lora_adapter_metadata";

    /** PEFT's, for {@code r} and for {@code lora_alpha}. */
    private static final double DEFAULT = 8;

    /** Ways to begin a training that leave the model's own weights as they are. */
    private static final Set<String> PLAIN_STARTS = Set.of("true", "false", "null", "gaussian", "orthogonal", "eva");

    /**
     * Reads the entry.
     *
     * @param header the {@code __metadata__} of a file
     * @throws IllegalArgumentException if it is no JSON object
     */
    static LoraMetadata of(Map<String, String> header) {
        String json = header.getOrDefault(ENTRY, "{}");
        try {
            if (JsonParser.parseString(json) instanceof JsonObject object) {
                return new LoraMetadata(object);
            }
        } catch (JsonParseException e) {
            throw new IllegalArgumentException(ENTRY + " is not valid JSON", e);
        }
        throw new IllegalArgumentException(ENTRY + " is no JSON object");
    }

    /**
     * The factor of a layer's product: alpha over its rank, or over the rank's root if the training was so stabilised ({@code
     * use_rslora}). Empty if nothing is said about the network.
     *
     * @param layer with dots
     * @param rank of the layer's tensors
     * @throws IllegalArgumentException if another rank is said, or the network's LoRAs are not plain ones
     */
    OptionalDouble factor(String component, String layer, long rank) {
        String prefix = component + ".";
        if (config.keySet().stream().noneMatch(key -> key.startsWith(prefix))) {
            return OptionalDouble.empty();
        }
        refuseOthers(prefix);
        double said = ofLayer(prefix + "rank_pattern", layer).orElseGet(() -> number(prefix + "r"));
        if (said != rank) {
            throw new IllegalArgumentException(
                    ENTRY + " says that its rank is " + said + ", but that of the tensors is " + rank);
        }
        double alpha = ofLayer(prefix + "alpha_pattern", layer).orElseGet(() -> number(prefix + "lora_alpha"));
        double divisor = flag(prefix + "use_rslora") ? Math.sqrt((double) rank) : rank;
        return OptionalDouble.of(alpha / divisor);
    }

    private void refuseOthers(String prefix) {
        if (flag(prefix + "use_dora")) {
            throw new IllegalArgumentException(ENTRY + " says " + prefix + "use_dora; DoRA is not supported");
        }
        JsonElement start = config.get(prefix + "init_lora_weights");
        if (start != null && !PLAIN_STARTS.contains(start.toString().replace("\"", ""))) {
            throw new IllegalArgumentException(
                    ENTRY + " says " + prefix + "init_lora_weights " + start
                            + ", which changes the model's own weights and is not supported; convert it to plain LoRA with PEFT");
        }
    }

    private double number(String key) {
        JsonElement value = config.get(key);
        return value == null ? DEFAULT : number(key, value);
    }

    private static double number(String key, JsonElement value) {
        if (value instanceof JsonPrimitive primitive && primitive.isNumber()) {
            return primitive.getAsDouble();
        }
        throw new IllegalArgumentException(ENTRY + " has " + key + " " + value + ", want a number");
    }

    private boolean flag(String key) {
        return config.get(key) instanceof JsonPrimitive primitive && primitive.getAsBoolean();
    }

    /** The number of the first pattern, a regular expression, that matches the end of the layer's name. */
    private Optional<Double> ofLayer(String key, String layer) {
        if (!(config.get(key) instanceof JsonObject patterns)) {
            return Optional.empty();
        }
        return patterns.entrySet().stream()
                .filter(entry -> matches(key, entry.getKey(), layer))
                .findFirst()
                .map(entry -> number(key + "." + entry.getKey(), entry.getValue()));
    }

    private static boolean matches(String key, String pattern, String layer) {
        try {
            return Pattern.matches("(.*\\.)?(" + pattern + ")$", layer);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    ENTRY + " has " + key + " with '" + pattern + "', want a regular expression", e);
        }
    }
}
