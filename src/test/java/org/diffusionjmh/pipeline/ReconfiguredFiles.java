package org.diffusionjmh.pipeline;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.diffusionjmh.model.ModelConfig;
import org.diffusionjmh.source.ModelDescription;
import org.diffusionjmh.source.ModelFiles;
import org.diffusionjmh.tokenizer.ClipTokenizer;
import org.diffusionjmh.tokenizer.T5Tokenizer;

/**
 * A model with something else in its configuration.
 *
 * @param files the model
 * @param index its {@code model_index.json}
 * @param scheduler another scheduler's configuration
 */
record ReconfiguredFiles(ModelFiles files, JsonObject index, Optional<JsonObject> scheduler) implements ModelFiles {
    /** The model with another scheduler, if there is one. */
    static ModelFiles withScheduler(ModelFiles files, Optional<JsonObject> scheduler) {
        return new ReconfiguredFiles(files, files.index(), scheduler);
    }

    /** The model with another value in its {@code model_index.json}. */
    static ModelFiles withIndexEntry(ModelFiles files, String key, Object value) {
        JsonObject index = files.index().deepCopy();
        index.add(key, new Gson().toJsonTree(value));
        return new ReconfiguredFiles(files, index, Optional.empty());
    }

    @Override
    public ModelDescription description() {
        ModelDescription description = files.description();
        return new ModelDescription(
                description.model(),
                index.get("_class_name").getAsString(),
                description.syntheticWeights(),
                description.scale());
    }

    @Override
    public Set<String> components() {
        return files.components();
    }

    @Override
    public ModelConfig config(String component) throws IOException {
        return files.config(component);
    }

    @Override
    public JsonObject schedulerConfig() throws IOException {
        return scheduler.isPresent() ? scheduler.get() : files.schedulerConfig();
    }

    @Override
    public Weights weights(String component) throws IOException {
        return files.weights(component);
    }

    @Override
    public ClipTokenizer tokenizer(String component) throws IOException {
        return files.tokenizer(component);
    }

    @Override
    public T5Tokenizer t5Tokenizer(String component) throws IOException {
        return files.t5Tokenizer(component);
    }

    @Override
    public void close() {
        files.close();
    }
}
