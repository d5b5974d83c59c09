package org.diffusionjmh.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Weights in one safetensors file, or in several that an index ties together. */
public final class SafetensorsWeights implements WeightSource {
    private final Path path;
    private final KeyAliases aliases;
    private final Map<Path, SafetensorsFile> files = new LinkedHashMap<>();
    private final Map<String, Stored> weights = new LinkedHashMap<>();

    private SafetensorsWeights(Path path, KeyAliases aliases) {
        this.path = path;
        this.aliases = aliases;
    }

    /** A weight in its file: its key there, and the shape it is used in. */
    private record Stored(SafetensorsFile file, String key, TensorInfo info) {}

    /**
     * Opens a {@code .safetensors} file or a {@code .safetensors.index.json}.
     *
     * @param aliases names to accept besides those of the file
     * @throws MalformedSafetensorsException if a file is not what the format allows
     * @throws SnapshotException if the index and its files do not fit together, or two tensors have one name
     */
    public static SafetensorsWeights open(Path path, KeyAliases aliases) throws IOException {
        SafetensorsWeights source = new SafetensorsWeights(path, aliases);
        try {
            if (path.getFileName().toString().endsWith(".json")) {
                source.openShards(ShardIndex.read(path));
            } else {
                SafetensorsFile file = source.file(path);
                for (String key : file.names()) {
                    source.add(file, key);
                }
            }
            return source;
        } catch (IOException | RuntimeException e) {
            source.close();
            throw e;
        }
    }

    private void openShards(ShardIndex index) throws IOException {
        for (Map.Entry<String, Path> entry : index.shards().entrySet()) {
            SafetensorsFile shard = file(entry.getValue());
            if (!shard.names().contains(entry.getKey())) {
                throw new SnapshotException(index.file() + ": says that tensor '" + entry.getKey() + "' is in "
                        + shard.path().getFileName() + ", which does not have it");
            }
            add(shard, entry.getKey());
        }
    }

    private SafetensorsFile file(Path file) throws IOException {
        SafetensorsFile opened = files.get(file);
        if (opened == null) {
            opened = SafetensorsFile.open(file);
            files.put(file, opened);
        }
        return opened;
    }

    private void add(SafetensorsFile file, String key) throws SnapshotException {
        Optional<String> name = aliases.canonical(key);
        if (name.isEmpty()) {
            return;
        }
        TensorInfo stored = file.info(key);
        TensorInfo used = new TensorInfo(stored.dtype(), aliases.canonical(name.get(), stored.shape()));
        Stored other = weights.put(name.get(), new Stored(file, key, used));
        if (other != null && !aliases.isTied(name.get())) {
            throw new SnapshotException(file.path() + ": tensors '" + other.key() + "' and '" + key
                    + "' are two names of the same weight '" + name.get() + "'");
        }
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(weights.keySet());
    }

    @Override
    public TensorInfo info(String name) {
        return stored(name).info();
    }

    @Override
    public String location(String name) {
        return find(name).map(stored -> stored.file().path()).orElse(path).toString();
    }

    @Override
    public NDArray load(String name, NDManager manager, DataType dtype) {
        Stored stored = stored(name);
        return stored.file().load(stored.key(), stored.info().shape(), manager, dtype);
    }

    private Stored stored(String name) {
        return find(name)
                .orElseThrow(() -> new IllegalArgumentException(
                        path + ": no tensor '" + name + "'; do the configuration and the weights belong together?"));
    }

    private Optional<Stored> find(String name) {
        return aliases.canonical(name).map(weights::get);
    }

    @Override
    public void close() {
        files.values().forEach(SafetensorsFile::close);
    }
}
