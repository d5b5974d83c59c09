package org.diffusionjmh.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.diffusionjmh.weights.HubCache;

/** The models that the Hugging Face cache holds. */
final class HubCacheProbe {
    private static final String PREFIX = "models--";

    private final Path folder;

    HubCacheProbe(HubCache cache) {
        this.folder = cache.path();
    }

    Section run() {
        return new Section("Hugging Face cache", List.of(folder + ": " + models()));
    }

    private String models() {
        if (!Files.isDirectory(folder)) {
            return "not there; built-in models run with made-up weights";
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<String> names = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith(PREFIX))
                    .map(name -> name.substring(PREFIX.length()).replace("--", "/"))
                    .sorted()
                    .toList();
            return names.isEmpty() ? "no models" : String.join(", ", names);
        } catch (IOException e) {
            return "cannot be read: " + e.getMessage();
        }
    }
}
