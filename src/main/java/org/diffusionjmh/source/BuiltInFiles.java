package org.diffusionjmh.source;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.diffusionjmh.model.ModelConfig;
import org.diffusionjmh.tokenizer.ClipTokenizer;
import org.diffusionjmh.tokenizer.T5Tokenizer;

/** A built-in model at one scale, with made-up weights. */
public final class BuiltInFiles implements ModelFiles {
    private final BuiltInModel model;
    private final Scale scale;
    private final MadeUpWeights weights;

    /**
     * @param manager the weights are made on its device
     */
    public BuiltInFiles(BuiltInModel model, Scale scale, NDManager manager) {
        this.model = model;
        this.scale = scale;
        this.weights = new MadeUpWeights(manager);
    }

    @Override
    public ModelDescription description() {
        return new ModelDescription(model.id(), model.pipelineClass(), true, scale.id());
    }

    @Override
    public JsonObject index() {
        return model.index();
    }

    @Override
    public Set<String> components() {
        return model.components().keySet();
    }

    @Override
    public ModelConfig config(String component) {
        return model.config(scale, component);
    }

    @Override
    public JsonObject schedulerConfig() {
        return model.schedulerConfig();
    }

    @Override
    public Weights weights(String component) {
        return weights.of(component);
    }

    @Override
    public ClipTokenizer tokenizer(String component) throws IOException {
        return tokenizer(component, ClipTokenizer::open);
    }

    @Override
    public T5Tokenizer t5Tokenizer(String component) throws IOException {
        return tokenizer(component, T5Tokenizer::open);
    }

    private interface Opening<T> {
        T open(Path folder) throws IOException;
    }

    private <T> T tokenizer(String component, Opening<T> opening) throws IOException {
        Path folder = Files.createTempDirectory("diffusion-jmh-tokenizer");
        try {
            model.writeTokenizer(scale, component, folder);
            return opening.open(folder);
        } finally {
            Folders.delete(folder);
        }
    }

    @Override
    public void close() {
        weights.close();
    }
}
