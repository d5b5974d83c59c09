package org.diffusionjmh.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.diffusionjmh.cache.ArtifactLog;
import org.diffusionjmh.cache.CompileCache;

/**
 * What the cache of compiled things holds, and how to be rid of it.
 *
 * @param folder the cache's
 */
record CompileCacheProbe(Path folder) {
    private static final double BYTES_PER_MIB = 1 << 20;

    Section run() {
        return new Section(
                "Compile cache", List.of(folder + ": " + contents(), "to delete it: rm -r '" + folder + "'"));
    }

    private String contents() {
        if (!Files.isDirectory(folder)) {
            return "not there yet";
        }
        try {
            CompileCache.Contents contents = new CompileCache(folder, ArtifactLog.NONE).contents();
            return String.format(
                    Locale.ROOT,
                    "%d entries, %.1f MiB of at most %.0f%s",
                    contents.entries(),
                    contents.bytes() / BYTES_PER_MIB,
                    CompileCache.BOUND / BYTES_PER_MIB,
                    Files.isWritable(folder) ? "" : "; it cannot be written");
        } catch (IOException e) {
            return "cannot be read: " + e.getMessage();
        }
    }
}
