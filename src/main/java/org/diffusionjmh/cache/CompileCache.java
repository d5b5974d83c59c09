package org.diffusionjmh.cache;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A folder that the program fills by itself. It holds entries of any GPU, version and option side by side, and removes those that were
 * used least recently where it grows beyond its bound.
 */
public final class CompileCache implements ArtifactStore {
    /** Bytes of all entries: some hundred networks. */
    public static final long BOUND = 512L << 20;

    /** After this time, what is still unfinished was left by a process that has died. */
    private static final Duration ABANDONED = Duration.ofHours(1);

    private final EntryFolder folder;
    private final GuardedFolder guarded;
    private final long bound;

    public CompileCache(Path folder, ArtifactLog log) {
        this(folder, log, BOUND);
    }

    CompileCache(Path folder, ArtifactLog log, long bound) {
        this.folder = new EntryFolder(folder);
        this.guarded = new GuardedFolder(this.folder, log);
        this.bound = bound;
    }

    /**
     * What the folder holds.
     *
     * @param entries number of entries
     * @param bytes their size
     */
    public record Contents(int entries, long bytes) {}

    /** An entry's file as it was seen. */
    private record Seen(Path file, long bytes, FileTime used) {}

    @Override
    public Optional<byte[]> find(ArtifactKey key) {
        Optional<byte[]> content = guarded.find(key);
        if (content.isPresent()) {
            touch(folder.file(key));
        }
        return content;
    }

    private static void touch(Path file) {
        try {
            Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
        } catch (IOException e) {
            // a folder that is only read needs no order of use
        }
    }

    @Override
    public boolean has(ArtifactKey key) {
        return guarded.has(key);
    }

    @Override
    public void keep(ArtifactKey key, byte[] content) {
        guarded.keep(key, content);
        try {
            prune();
        } catch (IOException e) {
            // what cannot be removed now is removed later
        }
    }

    private void prune() throws IOException {
        Instant abandoned = Instant.now().minus(ABANDONED);
        for (Path file : folder.unfinished()) {
            if (seen(file)
                    .filter(left -> left.used().toInstant().isBefore(abandoned))
                    .isPresent()) {
                Files.deleteIfExists(file);
            }
        }
        List<Seen> entries = entries();
        long bytes = entries.stream().mapToLong(Seen::bytes).sum();
        for (Seen entry : entries) {
            if (bytes <= bound) {
                return;
            }
            Files.deleteIfExists(entry.file());
            bytes -= entry.bytes();
        }
    }

    /** The least recently used first. */
    private List<Seen> entries() throws IOException {
        return folder.files().stream()
                .flatMap(file -> seen(file).stream())
                .sorted(Comparator.comparing(Seen::used))
                .toList();
    }

    /** Empty if another process has removed it. */
    private static Optional<Seen> seen(Path file) {
        try {
            return Optional.of(new Seen(file, Files.size(file), Files.getLastModifiedTime(file)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * Counts the entries.
     *
     * @throws IOException if the folder cannot be read
     */
    public Contents contents() throws IOException {
        List<Seen> entries = entries();
        return new Contents(
                entries.size(), entries.stream().mapToLong(Seen::bytes).sum());
    }
}
