package org.diffusionjmh.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.diffusionjmh.cache.CacheLocation;
import org.diffusionjmh.cache.SavedArtifacts;
import org.diffusionjmh.compiler.CompileStorage;
import picocli.CommandLine.Option;

/** The options about where compiled things are kept. */
final class StorageOptions {
    @Option(
            names = "--save-compiled",
            paramLabel = "DIR",
            description =
                    "Saves what --compiler fused compiles to DIR: all but weights and CUDA graphs, for these sizes"
                            + " and options, this GPU and these versions.")
    private Optional<Path> save;

    @Option(
            names = "--load-compiled",
            paramLabel = "DIR",
            description = "Takes what was saved to DIR instead of compiling it. What does not fit is compiled, with a"
                    + " warning that says in what it differs.")
    private Optional<Path> load;

    @Option(
            names = "--no-compile-cache",
            description =
                    "Compiles without the cache on disk, which --compiler fused uses otherwise; doctor tells where"
                            + " it is.")
    private boolean withoutCache;

    /**
     * Where compiled things are kept.
     *
     * @throws IllegalArgumentException if there is nothing to load, or nothing can be saved
     */
    CompileStorage storage() {
        load.ifPresent(SavedArtifacts::requireEntries);
        save.ifPresent(SavedArtifacts::requireWritable);
        CompileStorage.Use use = withoutCache ? CompileStorage.Use.NEVER : CompileStorage.Use.ALWAYS;
        return new CompileStorage(use, CacheLocation.ofThisProcess(), load, save);
    }
}
