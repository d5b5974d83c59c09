package org.diffusionjmh.testing;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder of golden fixtures: the one named by the system property {@code fixtures}, else the copy among the test resources.
 */
public final class Fixtures {
    private Fixtures() {}

    /** The folder that holds one folder per fixture. */
    public static Path root() {
        String named = System.getProperty("fixtures", "");
        if (!named.isBlank() && !named.startsWith("${")) {
            Path root = Path.of(named).toAbsolutePath();
            if (!Files.isDirectory(root)) {
                throw new IllegalStateException("-Dfixtures=" + named + ": no such folder (looked for " + root + ")");
            }
            return root;
        }
        try {
            return Path.of(Fixtures.class.getResource("/fixtures").toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The fixture folders (those with a {@code golden.json}) whose {@code fixture} field is one of {@code kinds}, sorted. */
    public static List<Path> ofKind(String... kinds) {
        List<String> wanted = List.of(kinds);
        try (Stream<Path> folders = Files.list(root())) {
            return folders.filter(folder -> Files.exists(folder.resolve("golden.json")))
                    .filter(folder -> wanted.contains(
                            json(folder.resolve("golden.json")).get("fixture").getAsString()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Parses a JSON file that holds an object. */
    public static JsonObject json(Path file) {
        try (Reader reader = Files.newBufferedReader(file)) {
            return JsonParser.parseReader(reader).getAsJsonObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
