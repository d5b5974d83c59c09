package org.diffusionjmh.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The local cache of the Hugging Face hub, as its own tools fill it. The network is never used.
 *
 * <p>Layout: {@code models--OWNER--NAME/refs/REVISION} holds a commit hash, {@code models--OWNER--NAME/snapshots/HASH} the files.
 */
public final class HubCache {
    private static final String DEFAULT_REVISION = "main";
    private static final Pattern ID =
            Pattern.compile("((?:\\w[\\w.-]*/)?\\w[\\w.-]*)(?:@(\\w[\\w.-]*(?:/\\w[\\w.-]*)*))?");

    private final Path folder;

    /**
     * The cache where the hub's tools would look: {@code HF_HUB_CACHE}, else {@code hub} in {@code HF_HOME}, else {@code
     * huggingface/hub} in {@code XDG_CACHE_HOME} or {@code ~/.cache}.
     *
     * @param environment the environment variables
     * @param home the user's home folder
     */
    public HubCache(Map<String, String> environment, Path home) {
        this.folder = variable(environment, home, "HF_HUB_CACHE")
                .or(() -> variable(environment, home, "HUGGINGFACE_HUB_CACHE"))
                .or(() -> variable(environment, home, "HF_HOME").map(path -> path.resolve("hub")))
                .or(() -> variable(environment, home, "XDG_CACHE_HOME").map(path -> path.resolve("huggingface/hub")))
                .orElse(home.resolve(".cache/huggingface/hub"));
    }

    private static Optional<Path> variable(Map<String, String> environment, Path home, String name) {
        return Optional.ofNullable(environment.get(name))
                .filter(value -> !value.isBlank())
                .map(value -> value.equals("~") || value.startsWith("~/")
                        ? home.resolve(value.substring(Math.min(2, value.length())))
                        : Path.of(value));
    }

    /** The cache's folder; it need not exist. */
    public Path path() {
        return folder;
    }

    /**
     * The folder of a model's snapshot.
     *
     * @param id {@code owner/name}, or {@code owner/name@revision} with a branch, a tag or a full commit hash
     * @throws SnapshotException if the cache does not have it; the message says where it was looked for and how to download it
     */
    public Path find(String id) throws IOException {
        Matcher matcher = ID.matcher(id);
        if (!matcher.matches() || id.contains("..")) {
            throw new SnapshotException(
                    "'" + id + "' is neither a folder nor a hub id: want owner/name or" + " owner/name@revision");
        }
        String name = matcher.group(1);
        String revision = matcher.group(2) == null ? DEFAULT_REVISION : matcher.group(2);
        Path model = folder.resolve("models--" + name.replace("/", "--"));
        Path ref = model.resolve("refs").resolve(revision);
        String hash = Files.isRegularFile(ref) ? Files.readString(ref).strip() : revision;
        Path snapshots = model.resolve("snapshots");
        if (!hash.matches("[\\w.-]+") || !Files.isDirectory(snapshots.resolve(hash))) {
            throw new SnapshotException(
                    name + " at revision " + revision + " is not in the Hugging Face cache: looked for "
                            + ref + " and " + snapshots.resolve(revision) + present(model)
                            + ". Download it with: hf download " + name
                            + (revision.equals(DEFAULT_REVISION) ? "" : " --revision " + revision)
                            + " (older tools: huggingface-cli download), or set HF_HOME or HF_HUB_CACHE to where it is");
        }
        return snapshots.resolve(hash);
    }

    /** What there is of a model besides the revision asked for. */
    private static String present(Path model) throws IOException {
        Path refs = model.resolve("refs");
        if (!Files.isDirectory(refs)) {
            return "";
        }
        try (Stream<Path> files = Files.walk(refs)) {
            List<String> revisions = files.filter(Files::isRegularFile)
                    .map(file -> refs.relativize(file).toString().replace('\\', '/'))
                    .sorted()
                    .toList();
            return " (cached revisions: " + String.join(", ", revisions) + ")";
        }
    }
}
