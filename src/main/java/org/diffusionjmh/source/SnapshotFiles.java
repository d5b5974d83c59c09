package org.diffusionjmh.source;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.diffusionjmh.model.ModelConfig;
import org.diffusionjmh.tokenizer.ClipTokenizer;
import org.diffusionjmh.tokenizer.T5Tokenizer;
import org.diffusionjmh.weights.ComponentFolder;
import org.diffusionjmh.weights.JsonObjects;
import org.diffusionjmh.weights.Snapshot;

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
     * @param model what the user calls it
     * @param variant the variant of the weights' files, for example {@code fp16}
     * @throws org.diffusionjmh.weights.SnapshotException if the folder is not a snapshot
     */
    public static SnapshotFiles open(String model, Path folder, Optional<String> variant) throws IOException {
        Snapshot snapshot = Snapshot.open(folder);
        ModelDescription description = new ModelDescription(model, snapshot.pipelineClass(), false, "snapshot");
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
        return JsonObjects.readWithInfinities(snapshot.schedulerConfig());
    }

    @Override
    public Weights weights(String component) throws IOException {
        return new StoredWeights(snapshot.weights(component, variantOf(component)));
    }

    /** As in diffusers, a component that lacks the variant has its plain weights, unless every component lacks it. */
    private Optional<String> variantOf(String component) throws IOException {
        if (variant.isEmpty() || has(component, variant.get())) {
            return variant;
        }
        for (String other : components()) {
            if (has(other, variant.get())) {
                return Optional.empty();
            }
        }
        return variant;
    }

    private boolean has(String component, String wanted) throws IOException {
        Path folder = snapshot.path().resolve(component);
        return Files.isDirectory(folder)
                && new ComponentFolder(folder).variants().contains(wanted);
    }

    @Override
    public ClipTokenizer tokenizer(String component) throws IOException {
        return ClipTokenizer.open(snapshot.component(component).path());
    }

    @Override
    public T5Tokenizer t5Tokenizer(String component) throws IOException {
        return T5Tokenizer.open(snapshot.component(component).path());
    }

    @Override
    public void close() {
        // Weights and tokenizers are closed by those who opened them.
    }
}
