package org.diffusionjmh.weights;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A pipeline as diffusers saves it: a folder with {@code model_index.json} and one folder per component. */
public final class Snapshot {
    private static final String INDEX = "model_index.json";

    private final Path folder;
    private final JsonObject index;
    private final Map<String, String> components;

    private Snapshot(Path folder, JsonObject index, Map<String, String> components) {
        this.folder = folder;
        this.index = index;
        this.components = components;
    }

    /**
     * Opens a snapshot folder.
     *
     * @throws SnapshotException if there is no such folder or it is not a snapshot
     */
    public static Snapshot open(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new SnapshotException(folder + ": no such folder");
        }
        Path file = folder.resolve(INDEX);
        if (!Files.isRegularFile(file)) {
            throw new SnapshotException(folder + ": no " + INDEX
                    + ", so this is not a pipeline's snapshot folder; a single checkpoint file is converted with"
                    + " diffusers' from_single_file and save_pretrained");
        }
        JsonObject index = JsonObjects.read(file);
        return new Snapshot(folder, index, components(file, index));
    }

    /** The entries {@code "name": ["library", "class"]}; those of absent components are {@code [null, null]}. */
    private static Map<String, String> components(Path file, JsonObject index) throws SnapshotException {
        Map<String, String> components = new LinkedHashMap<>();
        for (Map.Entry<String, JsonElement> entry : index.entrySet()) {
            if (entry.getValue() instanceof JsonArray pair && !entry.getKey().startsWith("_")) {
                if (pair.size() != 2) {
                    throw new SnapshotException(
                            file + ": '" + entry.getKey() + "' is " + pair + ", want [library, class]");
                }
                if (!pair.get(1).isJsonNull()) {
                    components.put(entry.getKey(), text(file, entry.getKey(), pair.get(1)));
                }
            }
        }
        return components;
    }

    private static String text(Path file, String key, JsonElement value) throws SnapshotException {
        if (value == null
                || !value.isJsonPrimitive()
                || !value.getAsJsonPrimitive().isString()) {
            throw new SnapshotException(file + ": '" + key + "' is " + value + ", want the name of a class");
        }
        return value.getAsString();
    }

    public Path path() {
        return folder;
    }

    /**
     * The pipeline's class, such as {@code StableDiffusionXLPipeline}.
     *
     * @throws SnapshotException if the index does not say
     */
    public String pipelineClass() throws SnapshotException {
        return text(folder.resolve(INDEX), "_class_name", index.get("_class_name"));
    }

    /** The whole {@code model_index.json}, for the options that pipelines keep there. */
    public JsonObject index() {
        return index.deepCopy();
    }

    /** The components that are present, such as {@code unet} and {@code tokenizer_2}. */
    public Set<String> components() {
        return Set.copyOf(components.keySet());
    }

    /** The class of a component, such as {@code UNet2DConditionModel}; empty if the snapshot does not have it. */
    public Optional<String> componentClass(String component) {
        return Optional.ofNullable(components.get(component));
    }

    /**
     * The folder of a component.
     *
     * @throws SnapshotException if the snapshot does not have it
     */
    public ComponentFolder component(String name) throws SnapshotException {
        if (!components.containsKey(name)) {
            throw new SnapshotException(
                    folder.resolve(INDEX) + ": no component '" + name + "'; there are " + components.keySet());
        }
        return new ComponentFolder(folder.resolve(name));
    }

    /**
     * The scheduler's configuration.
     *
     * @throws SnapshotException if there is none
     */
    public Path schedulerConfig() throws SnapshotException {
        return component("scheduler").file("scheduler_config.json");
    }

    /**
     * The weights of a component, under the names current diffusers gives them.
     *
     * @param variant such as {@code fp16}; empty for the plain weights
     * @throws IOException if there are none or they are malformed
     */
    public WeightSource weights(String component, Optional<String> variant) throws IOException {
        return component(component).weights(variant);
    }
}
