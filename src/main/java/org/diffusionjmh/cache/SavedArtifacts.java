package org.diffusionjmh.cache;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** A folder that the user named, to save what is compiled or to load it. What it should have and has not is a warning that says why. */
public final class SavedArtifacts implements ArtifactStore {
    private final EntryFolder folder;
    private final GuardedFolder guarded;
    private final ArtifactLog log;

    private SavedArtifacts(Path folder, ArtifactLog log) {
        this.folder = new EntryFolder(folder);
        this.guarded = new GuardedFolder(this.folder, log);
        this.log = log;
    }

    /** A folder to save to. */
    public static SavedArtifacts at(Path folder, ArtifactLog log) {
        return new SavedArtifacts(folder, log);
    }

    /**
     * Makes a folder to save to, before anything is compiled in vain.
     *
     * @throws IllegalArgumentException if it cannot be made or written, or holds something else
     */
    public static void requireWritable(Path folder) {
        try {
            Files.createDirectories(folder);
            try (var files = Files.list(folder)) {
                boolean foreign = files.map(file -> file.getFileName().toString())
                        .anyMatch(name -> !name.endsWith(EntryFolder.SUFFIX) && !name.endsWith(EntryFolder.UNFINISHED));
                if (foreign) {
                    throw new IllegalArgumentException(
                            folder + ": holds other files than compiled pipelines; give an empty or a new folder");
                }
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(folder + ": no folder can be made there: " + e, e);
        }
        if (!Files.isWritable(folder)) {
            throw new IllegalArgumentException(folder + ": cannot be written");
        }
    }

    /**
     * Checks that a folder has something to load.
     *
     * @throws IllegalArgumentException if it has not
     */
    public static void requireEntries(Path folder) {
        try {
            if (new EntryFolder(folder).files().isEmpty()) {
                throw new IllegalArgumentException(folder + ": holds no compiled pipeline; --save-compiled makes one");
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(folder + ": cannot be read: " + e, e);
        }
    }

    @Override
    public Optional<byte[]> find(ArtifactKey key) {
        if (!guarded.has(key)) {
            log.warn(folder + " has nothing that fits for " + label(key) + explanation(key) + "; it is made anew");
            return Optional.empty();
        }
        return guarded.find(key);
    }

    private static String label(ArtifactKey key) {
        String name = key.fields().get(ArtifactKey.NAME);
        return key.kind() + (name == null ? "" : " '" + name + "'");
    }

    /** In what the entry that comes nearest differs: one of the same name if there is any. */
    private String explanation(ArtifactKey wanted) {
        Optional<List<String>> nearest = keys().stream()
                .filter(key -> key.kind().equals(wanted.kind()))
                .min(Comparator.comparing((ArtifactKey key) -> !isNamed(key, wanted))
                        .thenComparing(key -> key.differencesFrom(wanted).size()))
                .map(key -> key.differencesFrom(wanted));
        return nearest.map(differences -> "; the nearest it has differs in " + String.join(", ", differences))
                .orElse("");
    }

    private static boolean isNamed(ArtifactKey key, ArtifactKey wanted) {
        String name = wanted.fields().get(ArtifactKey.NAME);
        return name == null || name.equals(key.fields().get(ArtifactKey.NAME));
    }

    /** The keys of all entries that can be read; the others explain nothing. */
    private List<ArtifactKey> keys() {
        List<ArtifactKey> keys = new ArrayList<>();
        try {
            folder.files().forEach(file -> keyOf(file).ifPresent(keys::add));
        } catch (IOException e) {
            return List.of();
        }
        return keys;
    }

    private static Optional<ArtifactKey> keyOf(Path file) {
        try {
            return Optional.of(Entry.of(Files.readAllBytes(file)).key());
        } catch (IOException | Entry.DamagedException e) {
            return Optional.empty();
        }
    }

    @Override
    public boolean has(ArtifactKey key) {
        return guarded.has(key);
    }

    @Override
    public void keep(ArtifactKey key, byte[] content) {
        guarded.keep(key, content);
    }
}
