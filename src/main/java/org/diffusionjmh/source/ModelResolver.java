package org.diffusionjmh.source;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.diffusionjmh.weights.HubCache;
import org.diffusionjmh.weights.Snapshot;
import org.diffusionjmh.weights.SnapshotException;

/**
 * Finds the model that a name means: a snapshot's folder; else a snapshot in the local Hugging Face cache; else a built-in model. The
 * network is never used.
 */
public final class ModelResolver {
    private final HubCache cache;

    ModelResolver(HubCache cache) {
        this.cache = cache;
    }

    /**
     * A resolver for the cache that the hub's own tools use.
     *
     * @param environment the environment variables
     */
    public static ModelResolver of(Map<String, String> environment) {
        return new ModelResolver(new HubCache(environment, Path.of(System.getProperty("user.home"))));
    }

    /**
     * Opens a model.
     *
     * @param model a folder, {@code owner/name} with or without {@code @revision}, or a built-in model's name
     * @param scale size of a built-in model
     * @param variant the variant of a snapshot's weights, for example {@code fp16}
     * @param manager a built-in model's weights are made on its device
     * @param warnings told that weights are made up
     * @throws IllegalArgumentException if there is no such model; the message says where it was looked for
     * @throws IOException if there is one and its files are incomplete, malformed or cannot be read
     */
    public ModelFiles resolve(
            String model, Scale scale, Optional<String> variant, NDManager manager, Consumer<String> warnings)
            throws IOException {
        Optional<Path> path = existing(model);
        if (path.isPresent()) {
            return SnapshotFiles.open(model, folder(path.get()), variant);
        }
        Path cached;
        try {
            cached = cache.find(model);
        } catch (SnapshotException e) {
            BuiltInModel builtIn = BuiltInModel.named(model).orElseThrow(() -> unknown(model, e));
            return resolve(builtIn, scale, variant, manager, warnings);
        }
        return SnapshotFiles.open(model, cached, variant);
    }

    /**
     * diffusers' name of a model's pipeline, without opening the model.
     *
     * @param model as in {@link #resolve}
     * @return empty if there is no such model
     * @throws IOException if there is one and its {@code model_index.json} is missing, malformed or cannot be read
     */
    public Optional<String> pipelineClass(String model) throws IOException {
        Optional<Path> path = existing(model);
        if (path.isPresent()) {
            return Optional.of(Snapshot.open(folder(path.get())).pipelineClass());
        }
        Optional<BuiltInModel> builtIn = BuiltInModel.named(model);
        Path cached;
        try {
            cached = cache.find(builtIn.map(BuiltInModel::id).orElse(model));
        } catch (SnapshotException e) {
            return builtIn.map(BuiltInModel::pipelineClass);
        }
        return Optional.of(Snapshot.open(cached).pipelineClass());
    }

    /** An alias stands for a hub id, so that the snapshot itself is taken where there is one. */
    private ModelFiles resolve(
            BuiltInModel model, Scale scale, Optional<String> variant, NDManager manager, Consumer<String> warnings)
            throws IOException {
        Path cached;
        try {
            cached = cache.find(model.id());
        } catch (SnapshotException e) {
            warnings.accept(madeUp(model, scale, variant, e));
            return new BuiltInFiles(model, scale, manager);
        }
        return SnapshotFiles.open(model.id(), cached, variant);
    }

    /** The file or folder of a name, if there is one. */
    static Optional<Path> existing(String model) {
        try {
            return model.isBlank()
                    ? Optional.empty()
                    : Optional.of(Path.of(model).toAbsolutePath()).filter(Files::exists);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private static Path folder(Path path) {
        if (!Files.isDirectory(path)) {
            throw new IllegalArgumentException(
                    path + ": is a file; want a snapshot's folder. A checkpoint in a single file"
                            + " becomes one with diffusers: Pipeline.from_single_file(FILE).save_pretrained(FOLDER)");
        }
        return path;
    }

    private static IllegalArgumentException unknown(String model, SnapshotException notCached) {
        return new IllegalArgumentException(
                "model '" + model + "' not found. Looked for:"
                        + "\n  a folder '" + model + "' in " + Path.of("").toAbsolutePath()
                        + "\n  in the Hugging Face cache: " + notCached.getMessage()
                        + "\n  a built-in model: " + BuiltInModel.knownNames(),
                notCached);
    }

    private static String madeUp(
            BuiltInModel model, Scale scale, Optional<String> variant, SnapshotException notCached) {
        return model.id() + " runs with made-up weights at scale " + scale.id()
                + variant.map(name -> " (and no variant " + name + ")").orElse("")
                + ": times are real, pictures are noise. "
                + notCached.getMessage();
    }
}
