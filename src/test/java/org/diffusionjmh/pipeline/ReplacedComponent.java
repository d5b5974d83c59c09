package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.diffusionjmh.model.ModelConfig;
import org.diffusionjmh.source.ModelDescription;
import org.diffusionjmh.source.ModelFiles;
import org.diffusionjmh.tokenizer.ClipTokenizer;
import org.diffusionjmh.tokenizer.T5Tokenizer;
import org.diffusionjmh.weights.ComponentFolder;
import org.diffusionjmh.weights.WeightSource;

/**
 * A model with one network from elsewhere.
 *
 * @param files the model
 * @param component the network's name
 * @param folder the network to use instead
 */
record ReplacedComponent(ModelFiles files, String component, Path folder) implements ModelFiles {
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
    public ModelConfig config(String name) throws IOException {
        return name.equals(component) ? ModelConfig.read(folder.resolve("config.json")) : files.config(name);
    }

    @Override
    public JsonObject schedulerConfig() throws IOException {
        return files.schedulerConfig();
    }

    @Override
    public Weights weights(String name) throws IOException {
        if (!name.equals(component)) {
            return files.weights(name);
        }
        WeightSource source = new ComponentFolder(folder).weights(Optional.empty());
        return new Weights() {
            @Override
            public NDArray load(String key, Shape shape, NDManager manager, DataType dtype) {
                return source.load(key, shape, manager, dtype);
            }

            @Override
            public void close() {
                source.close();
            }
        };
    }

    @Override
    public ClipTokenizer tokenizer(String name) throws IOException {
        return files.tokenizer(name);
    }

    @Override
    public T5Tokenizer t5Tokenizer(String name) throws IOException {
        return files.t5Tokenizer(name);
    }

    @Override
    public void close() {
        files.close();
    }
}
