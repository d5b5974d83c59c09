package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.diffusionjmh.model.ModelConfig;
import org.diffusionjmh.tokenizer.ClipTokenizer;
import org.diffusionjmh.weights.Snapshot;
import org.diffusionjmh.weights.WeightSource;

/** A snapshot's folder, as diffusers saves a pipeline. */
public final class SnapshotFiles implements ModelFiles {
    private final Snapshot snapshot;
    private final ModelDescription description;
    private final Optional<String> variant;

    private SnapshotFiles(Snapshot snapshot, ModelDescription description, Optional<String> variant) {
        this.snapshot = snapshot;
        this.description = description;
        this.variant = variant;
    }

    /**
     * Opens a snapshot.
     *
     * @param name what the user called it
     * @param folder where it is
     * @param variant which of its weights' files to read, for example {@code fp16}
     * @throws IOException if it is not a snapshot; the message says what is missing
     */
    public static SnapshotFiles open(String name, Path folder, Optional<String> variant) throws IOException {
        Snapshot snapshot = Snapshot.open(folder);
        ModelDescription description = new ModelDescription(name, snapshot.pipelineClass(), false, "snapshot");
        return new SnapshotFiles(snapshot, description, variant);
    }

    @Override
    public ModelDescription description() {
        return description;
    }

    @Override
    public JsonObject index() {
        return snapshot.index();
    }

    @Override
    public Set<String> components() {
        return snapshot.components();
    }

    @Override
    public ModelConfig config(String component) throws IOException {
        return ModelConfig.read(snapshot.component(component).config());
    }

    @Override
    public JsonObject schedulerConfig() throws IOException {
        try (Reader reader = Files.newBufferedReader(snapshot.schedulerConfig())) {
            return JsonParser.parseReader(reader).getAsJsonObject();
        }
    }

    @Override
    public Weights weights(String component) throws IOException {
        WeightSource source = snapshot.weights(component, variant);
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
    public ClipTokenizer tokenizer(String component) throws IOException {
        return ClipTokenizer.open(snapshot.component(component).path());
    }

    @Override
    public void close() {
        // holds no file open: weights and tokenizers belong to who opened them
    }
}
