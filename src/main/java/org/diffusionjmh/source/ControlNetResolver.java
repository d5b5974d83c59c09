package org.diffusionjmh.source;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.diffusionjmh.weights.HubCache;
import org.diffusionjmh.weights.SnapshotException;

/**
 * Finds the ControlNet that a name means: a folder; else one in the local Hugging Face cache; else a built-in one. The network is never
 * used.
 */
public final class ControlNetResolver {
    private final HubCache cache;

    private ControlNetResolver(HubCache cache) {
        this.cache = cache;
    }

    /**
     * A resolver for the cache that the hub's own tools use.
     *
     * @param environment the environment variables
     */
    public static ControlNetResolver of(Map<String, String> environment) {
        return new ControlNetResolver(new HubCache(environment, Path.of(System.getProperty("user.home"))));
    }

    /**
     * Opens a ControlNet.
     *
     * @param name a folder, {@code owner/name} with or without {@code @revision}, or a built-in ControlNet's name
     * @param scale size of a built-in ControlNet
     * @param variant the variant of the weights' files to take if there is one, for example {@code fp16}
     * @param manager a built-in ControlNet's weights are made on its device
     * @param warnings told that weights are made up
     * @throws IllegalArgumentException if there is no such ControlNet; the message says where it was looked for
     * @throws IOException if there is one and its files are incomplete, malformed or cannot be read
     */
    public ControlNetFiles resolve(
            String name, Scale scale, Optional<String> variant, NDManager manager, Consumer<String> warnings)
            throws IOException {
        Optional<Path> path = ModelResolver.existing(name);
        if (path.isPresent()) {
            return ControlNetFolder.open(name, folder(path.get()), variant);
        }
        Optional<BuiltInControlNet> builtIn = BuiltInControlNet.named(name);
        String id = builtIn.map(BuiltInControlNet::id).orElse(name); // a folder's name stands for a hub id
        Path cached;
        try {
            cached = cache.find(id);
        } catch (SnapshotException e) {
            BuiltInControlNet net = builtIn.orElseThrow(() -> unknown(name, e));
            warnings.accept(
                    id + " runs with made-up weights at scale " + scale.id() + ": times are real. " + e.getMessage());
            return new BuiltInControlNetFiles(net, scale, manager);
        }
        return ControlNetFolder.open(id, cached, variant);
    }

    private static Path folder(Path path) {
        if (!Files.isDirectory(path)) {
            throw new IllegalArgumentException(
                    path + ": is a file; want a ControlNet's folder. A checkpoint in a single"
                            + " file becomes one with diffusers: ControlNetModel.from_single_file(FILE).save_pretrained(FOLDER)");
        }
        return path;
    }

    private static IllegalArgumentException unknown(String name, SnapshotException notCached) {
        return new IllegalArgumentException(
                "ControlNet '" + name + "' not found. Looked for:"
                        + "\n  a folder '" + name + "' in " + Path.of("").toAbsolutePath()
                        + "\n  in the Hugging Face cache: " + notCached.getMessage()
                        + "\n  a built-in ControlNet: " + BuiltInControlNet.knownNames(),
                notCached);
    }
}
