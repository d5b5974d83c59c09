package org.diffusionjmh.weights;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A {@code *.safetensors.index.json}: which file of the same folder holds which tensor.
 *
 * @param file the index itself
 * @param shards tensor name to shard
 */
record ShardIndex(Path file, Map<String, Path> shards) {
    /**
     * Reads an index.
     *
     * @throws SnapshotException if it is malformed or names a file that is not there
     */
    static ShardIndex read(Path file) throws IOException {
        JsonElement map = JsonObjects.read(file).get("weight_map");
        if (map == null || !map.isJsonObject()) {
            throw new SnapshotException(file + ": want an object weight_map of tensor names to files");
        }
        Map<String, Path> shards = new LinkedHashMap<>();
        Set<String> missing = new TreeSet<>();
        for (Map.Entry<String, JsonElement> entry : ((JsonObject) map).entrySet()) {
            String name = fileName(file, entry.getKey(), entry.getValue());
            Path shard = file.resolveSibling(name);
            if (!Files.isRegularFile(shard)) {
                missing.add(name);
            }
            shards.put(entry.getKey(), shard);
        }
        if (!missing.isEmpty()) {
            throw new SnapshotException(
                    file + ": names " + missing + ", not found beside it; is the snapshot complete?");
        }
        return new ShardIndex(file, shards);
    }

    private static String fileName(Path file, String tensor, JsonElement value) throws SnapshotException {
        if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isString()) {
            throw new SnapshotException(
                    file + ": weight_map of '" + tensor + "' is " + value + ", want the name of a file");
        }
        String name = value.getAsString();
        boolean plain = name.endsWith(".safetensors") && name.chars().noneMatch(c -> c == '/' || c == '\\' || c < ' ');
        if (!plain) {
            throw new SnapshotException(file + ": weight_map of '" + tensor + "' is '" + name
                    + "', want the name of a .safetensors file in the same folder");
        }
        return name;
    }
}
