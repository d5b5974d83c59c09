package org.diffusionjmh.cache;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Where what compiling makes is taken from, and where it is kept. Belongs to the thread that compiles. */
public final class Artifacts {
    private final List<ArtifactStore> sources;
    private final List<ArtifactStore> targets;
    private final ArtifactLog log;

    private Artifacts(List<ArtifactStore> sources, List<ArtifactStore> targets, ArtifactLog log) {
        this.sources = List.copyOf(sources);
        this.targets = List.copyOf(targets);
        this.log = log;
    }

    /** Nothing is kept, so everything is made. */
    public static Artifacts none() {
        return new Artifacts(List.of(), List.of(), ArtifactLog.NONE);
    }

    /**
     * Entries in folders.
     *
     * @param loaded asked first
     * @param cache asked then, and given what it has not
     * @param saved given everything that is taken or made
     */
    public static Artifacts of(
            Optional<SavedArtifacts> loaded,
            Optional<CompileCache> cache,
            Optional<SavedArtifacts> saved,
            ArtifactLog log) {
        List<ArtifactStore> sources = new ArrayList<>();
        loaded.ifPresent(sources::add);
        cache.ifPresent(sources::add);
        List<ArtifactStore> targets = new ArrayList<>();
        cache.ifPresent(targets::add);
        saved.ifPresent(targets::add);
        return new Artifacts(sources, targets, log);
    }

    /** Whether nothing is read or written, so that a key need not be made. */
    public boolean isNone() {
        return sources.isEmpty() && targets.isEmpty();
    }

    /** The entry of a key, or what is made in its place and kept. */
    public <T> T get(ArtifactKey key, ArtifactFormat<T> format, Supplier<T> maker) {
        Optional<T> found = find(key, format);
        log.needed(key.kind(), found.isPresent());
        if (found.isPresent()) {
            return found.get();
        }
        T made = maker.get();
        if (!targets.isEmpty()) {
            byte[] content = format.write(made);
            targets.forEach(target -> target.keep(key, content)); // what is there was damaged
        }
        return made;
    }

    /** The entry of a key in the first place that has it. The others are given it. */
    public <T> Optional<T> find(ArtifactKey key, ArtifactFormat<T> format) {
        for (ArtifactStore source : sources) {
            Optional<byte[]> content = source.find(key);
            Optional<T> thing = content.flatMap(bytes -> read(key, format, bytes));
            if (thing.isPresent()) {
                targets.stream().filter(target -> !target.has(key)).forEach(target -> target.keep(key, content.get()));
                return thing;
            }
        }
        return Optional.empty();
    }

    private <T> Optional<T> read(ArtifactKey key, ArtifactFormat<T> format, byte[] content) {
        try {
            return Optional.of(format.read(content));
        } catch (RuntimeException e) {
            log.warn("an entry of " + key.kind() + " that was kept is not used, since it cannot be read: " + e);
            return Optional.empty();
        }
    }

    /** The entries of a key in all places that have it. */
    <T> List<T> findAll(ArtifactKey key, ArtifactFormat<T> format) {
        return sources.stream()
                .filter(source -> source.has(key))
                .flatMap(source -> source.find(key).stream())
                .flatMap(content -> read(key, format, content).stream())
                .toList();
    }

    /** Keeps an entry, in the place of an older one if that is another. */
    public <T> void keep(ArtifactKey key, ArtifactFormat<T> format, T thing) {
        if (!targets.isEmpty()) {
            byte[] content = format.write(thing);
            targets.stream()
                    .filter(target -> !holds(target, key, content))
                    .forEach(target -> target.keep(key, content));
        }
    }

    private static boolean holds(ArtifactStore store, ArtifactKey key, byte[] content) {
        return store.has(key)
                && store.find(key).filter(kept -> Arrays.equals(kept, content)).isPresent();
    }
}
