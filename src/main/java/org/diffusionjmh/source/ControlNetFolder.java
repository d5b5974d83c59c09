package org.diffusionjmh.source;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.diffusionjmh.model.ModelConfig;
import org.diffusionjmh.weights.ComponentFolder;
import org.diffusionjmh.weights.JsonObjects;

/** A ControlNet's folder, as diffusers saves it: {@code config.json} and weights. */
public final class ControlNetFolder implements ControlNetFiles {
    private static final String CLASS_NAME = "ControlNetModel";

    private final String name;
    private final ComponentFolder folder;
    private final Optional<String> variant;

    private ControlNetFolder(String name, ComponentFolder folder, Optional<String> variant) {
        this.name = name;
        this.folder = folder;
        this.variant = variant;
    }

    /**
     * Opens a folder.
     *
     * @param name what the user calls it
     * @param variant the variant of the weights' files to take if there is one, for example {@code fp16}
     * @throws IllegalArgumentException if the folder is not that of a ControlNet
     */
    public static ControlNetFolder open(String name, Path folder, Optional<String> variant) throws IOException {
        if (Files.isRegularFile(folder.resolve("model_index.json"))) {
            throw new IllegalArgumentException(
                    folder + ": is a pipeline's snapshot; want the folder of a ControlNet, which"
                            + " a pipeline that has one keeps in its folder controlnet");
        }
        ComponentFolder component = new ComponentFolder(folder);
        JsonObject config = JsonObjects.read(component.config());
        JsonElement className = config.get("_class_name");
        if (className != null && !className.getAsString().equals(CLASS_NAME)) {
            throw new IllegalArgumentException(
                    component.config() + ": is of a " + className.getAsString() + ", want " + CLASS_NAME);
        }
        boolean hasVariant = variant.isPresent() && component.variants().contains(variant.get());
        return new ControlNetFolder(name, component, hasVariant ? variant : Optional.empty());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Optional<Scale> madeUp() {
        return Optional.empty();
    }

    @Override
    public ModelConfig config() throws IOException {
        return ModelConfig.read(folder.config());
    }

    @Override
    public ModelFiles.Weights weights() throws IOException {
        return new StoredWeights(folder.weights(variant));
    }

    @Override
    public void close() {
        // Weights are closed by those who opened them.
    }
}
