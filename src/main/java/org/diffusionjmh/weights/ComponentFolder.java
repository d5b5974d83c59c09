package org.diffusionjmh.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The folder of one network: {@code config.json} and weights in one or several variants.
 *
 * <p>Names are those of diffusers ({@code diffusion_pytorch_model}) and transformers ({@code model}): {@code
 * NAME[.VARIANT].safetensors}, or an index {@code NAME.safetensors.index[.VARIANT].json} beside its shards.
 */
public final class ComponentFolder {
    private static final List<String> NAMES = List.of("diffusion_pytorch_model", "model");
    private static final String NO_VARIANT = "";
    private static final Pattern WEIGHTS =
            Pattern.compile("(.+?)(?:\\.([^.]+))?\\.safetensors|(.+?)\\.safetensors\\.index(?:\\.([^.]+))?\\.json");
    private static final Pattern SHARD = Pattern.compile("-\\d+-of-\\d+");
    private static final Pattern OTHER_FORMATS = Pattern.compile(".+\\.(?:bin|ckpt|pt|pth|msgpack|onnx)");

    private final Path folder;

    /**
     * A folder with one network.
     *
     * @throws SnapshotException if there is no such folder
     */
    public ComponentFolder(Path folder) throws SnapshotException {
        if (!Files.isDirectory(folder)) {
            throw new SnapshotException(folder + ": no such folder; is the snapshot complete?");
        }
        this.folder = folder;
    }

    public Path path() {
        return folder;
    }

    /**
     * The network's configuration.
     *
     * @throws SnapshotException if there is none
     */
    public Path config() throws SnapshotException {
        return file("config.json");
    }

    /**
     * A file of the folder.
     *
     * @throws SnapshotException if it is not there
     */
    public Path file(String name) throws SnapshotException {
        Path file = folder.resolve(name);
        if (!Files.isRegularFile(file)) {
            throw new SnapshotException(file + ": no such file; is the snapshot complete?");
        }
        return file;
    }

    /** The variants there are weights of, such as {@code fp16}; the plain weights are not among them. */
    public List<String> variants() throws IOException {
        return weightFiles().keySet().stream()
                .filter(variant -> !variant.isEmpty())
                .toList();
    }

    /**
     * The file with the weights: a {@code .safetensors} or an index of several.
     *
     * @param variant such as {@code fp16}; empty for the plain weights
     * @throws SnapshotException if there are no such weights; the message lists those there are
     */
    public Path weightsFile(Optional<String> variant) throws IOException {
        Map<String, Path> files = weightFiles();
        Path file = files.get(variant.orElse(NO_VARIANT));
        if (file != null) {
            return file;
        }
        if (files.isEmpty()) {
            throw noSafetensors();
        }
        String known = files.keySet().stream()
                .map(name -> name.isEmpty() ? "the plain ones (no --variant)" : "--variant " + name)
                .collect(Collectors.joining(", "));
        String wanted = variant.map(name -> "of the variant '" + name + "'").orElse("without a variant");
        throw new SnapshotException(folder + ": no weights " + wanted + "; there are: " + known);
    }

    /**
     * Opens the weights, under the names current diffusers gives them.
     *
     * @param variant such as {@code fp16}; empty for the plain weights
     * @throws IOException if there are none or they are malformed
     */
    public WeightSource weights(Optional<String> variant) throws IOException {
        return SafetensorsWeights.open(weightsFile(variant), KeyAliases.STANDARD);
    }

    /** Variant to file. A single file goes before shards, and a diffusers name before a transformers one. */
    private Map<String, Path> weightFiles() throws IOException {
        Map<String, Path> files = new TreeMap<>();
        Map<String, Integer> ranks = new TreeMap<>();
        for (String fileName : fileNames()) {
            Matcher matcher = WEIGHTS.matcher(fileName);
            if (!matcher.matches() || SHARD.matcher(fileName).find()) {
                continue;
            }
            boolean single = matcher.group(1) != null;
            String variant = matcher.group(single ? 2 : 4);
            String key = variant == null ? NO_VARIANT : variant;
            int rank = 2 * NAMES.indexOf(matcher.group(single ? 1 : 3)) + (single ? 0 : 1);
            if (rank >= 0 && rank < ranks.getOrDefault(key, Integer.MAX_VALUE)) {
                ranks.put(key, rank);
                files.put(key, folder.resolve(fileName));
            }
        }
        return files;
    }

    private SnapshotException noSafetensors() throws IOException {
        List<String> others = fileNames().stream()
                .filter(name -> OTHER_FORMATS.matcher(name).matches())
                .toList();
        if (others.isEmpty()) {
            return new SnapshotException(folder + ": no weights; want "
                    + NAMES.stream().map(name -> name + ".safetensors").collect(Collectors.joining(" or ")));
        }
        return new SnapshotException(folder + ": only " + others + ", but weights are read from safetensors; "
                + "download a revision that has them, or convert: load the pipeline with diffusers and call "
                + "save_pretrained(FOLDER, safe_serialization=True)");
    }

    private List<String> fileNames() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }
}
