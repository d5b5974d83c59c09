package org.diffusionjmh.cache;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * A folder of entries, a file each. A file appears whole or not at all, so that processes may share a folder; of two that write one entry
 * the last wins, and both wrote the same.
 */
final class EntryFolder {
    static final String SUFFIX = ".djmh";

    /** Of files that are being written. */
    static final String UNFINISHED = ".unfinished";

    private final Path folder;

    EntryFolder(Path folder) {
        this.folder = folder;
    }

    Path path() {
        return folder;
    }

    Path file(ArtifactKey key) {
        return folder.resolve(key.fileName());
    }

    boolean has(ArtifactKey key) {
        return Files.exists(file(key));
    }

    /**
     * An entry's content; empty if there is no such entry.
     *
     * @throws Entry.DamagedException if the file is not whole, or another entry's
     * @throws IOException if it cannot be read
     */
    Optional<byte[]> read(ArtifactKey key) throws IOException, Entry.DamagedException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file(key));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        Entry entry = Entry.of(bytes);
        if (!key.equals(entry.key())) {
            throw new Entry.DamagedException("it is another entry's");
        }
        return Optional.of(entry.content());
    }

    /**
     * Writes an entry, in the place of an older one.
     *
     * @throws IOException if it cannot be written; an older one is still there
     */
    void write(ArtifactKey key, byte[] content) throws IOException {
        Files.createDirectories(folder);
        Path file = file(key);
        String number = Long.toHexString(ThreadLocalRandom.current().nextLong());
        Path unfinished = folder.resolve("." + file.getFileName() + "." + number + UNFINISHED);
        try {
            Files.write(unfinished, new Entry(key, content).toBytes(), StandardOpenOption.CREATE_NEW);
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    /** All files of entries. */
    List<Path> files() throws IOException {
        return list(SUFFIX);
    }

    /** Files that are being written, or that a process which died has left. */
    List<Path> unfinished() throws IOException {
        return list(UNFINISHED);
    }

    private List<Path> list(String suffix) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().endsWith(suffix))
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    @Override
    public String toString() {
        return folder.toString();
    }
}
