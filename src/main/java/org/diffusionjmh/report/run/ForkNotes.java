package org.diffusionjmh.report.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diffusionjmh.report.Notes;

/** The file that a fork leaves its {@link Notes} in; deleted when this is closed. */
final class ForkNotes implements AutoCloseable {
    private final Path folder;

    ForkNotes() throws IOException {
        folder = Files.createTempDirectory("diffusion-jmh-");
    }

    Path file() {
        return folder.resolve("notes.json");
    }

    Notes read() throws IOException {
        return Notes.read(file());
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(file());
        Files.deleteIfExists(folder);
    }
}
