package org.diffusionjmh.pipeline;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.diffusionjmh.model.ModelConfig;
import org.diffusionjmh.tokenizer.ClipTokenizer;

/** A model with another scheduler. */
record ReconfiguredFiles(ModelFiles files, Optional<JsonObject> scheduler) implements ModelFiles {
    @Override
    public ModelDescription description() {
        return files.description();
    }

    @Override
    public JsonObject index() {
        return files.index();
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
    public void close() {
        files.close();
    }
}
