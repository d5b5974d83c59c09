package org.diffusionjmh.compiler;

import java.nio.file.Path;
import java.util.Optional;
import org.diffusionjmh.cache.ArtifactLog;
import org.diffusionjmh.cache.Artifacts;
import org.diffusionjmh.cache.CacheLocation;
import org.diffusionjmh.cache.CompileCache;
import org.diffusionjmh.cache.SavedArtifacts;
import org.diffusionjmh.compiler.FusedOptions.Mode;

/**
 * Where what {@code fused} compiles is kept: rewritten graphs and their programs, compiled kernels, and what measuring chose. Weights are
 * not, nor what is computed from them: a network takes those that it is given, so one entry serves every checkpoint of a configuration. Nor
 * are CUDA graphs, which hold the addresses of one process: capturing is done in each. The small programs of what is computed from weights,
 * and from a run's schedule, are lowered in each process too.
 *
 * <p>An entry is taken only for the same plain graph, options, build of this program, libraries, driver and GPU, and only if its checksum
 * is right; else it is made anew. In a folder that the user named that is a warning.
 *
 * @param use whether the cache is used
 * @param cache the cache's folder, which the program fills and bounds by itself
 * @param load a folder to take entries from, first of all
 * @param save a folder that gets all entries that are used
 */
public record CompileStorage(Use use, Path cache, Optional<Path> load, Optional<Path> save) {
    /** Whether the cache is used. */
    public enum Use {
        ALWAYS,
        /** If {@code cache-all} is among the compiler's modes: what a benchmark does, so that others measure compiling. */
        IF_ASKED,
        NEVER
    }

    /** The cache if it is asked for, in the user's folder. */
    public static CompileStorage ifAsked() {
        return of(Use.IF_ASKED);
    }

    /** The cache in the user's folder. */
    public static CompileStorage of(Use use) {
        return new CompileStorage(use, CacheLocation.ofThisProcess(), Optional.empty(), Optional.empty());
    }

    /** Whether a folder is named to load from or to save to. */
    boolean namesFolder() {
        return load.isPresent() || save.isPresent();
    }

    /** Opens the folders; reads and writes nothing yet. */
    Artifacts open(FusedOptions options, ArtifactLog log) {
        boolean asked = options.modes().contains(Mode.CACHE_ALL);
        boolean used = use == Use.ALWAYS || (use == Use.IF_ASKED && asked);
        if (!used && !namesFolder()) {
            return Artifacts.none();
        }
        return Artifacts.of(
                load.map(folder -> SavedArtifacts.at(folder, log)),
                used ? Optional.of(new CompileCache(cache, log)) : Optional.empty(),
                save.map(folder -> SavedArtifacts.at(folder, log)),
                log);
    }
}
