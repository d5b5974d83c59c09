package org.diffusionjmh.libtorch;

import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds libraries by what the process has loaded: the CUDA libraries that libtorch itself uses, whatever their version and place. */
final class NativeLibraries {
    private static final Path MAPS = Path.of("/proc/self/maps");

    private NativeLibraries() {}

    /**
     * A library that is loaded, or that stands beside libtorch.
     *
     * @param stem the file name's beginning without {@code lib}, for example {@code cudart}
     */
    static Optional<NativeLibrary> find(String stem, Path libtorchFolder) {
        return loaded(stem)
                .or(() -> beside(stem, libtorchFolder))
                .map(path -> NativeLibrary.getInstance(path.toString()));
    }

    /**
     * A library that stands in the folder of one that is loaded.
     *
     * @param loaded the beginning of the loaded one's file name
     */
    static Optional<NativeLibrary> besideLoaded(String stem, String loaded) {
        return loaded(loaded)
                .flatMap(path -> beside(stem, path.getParent()))
                .map(path -> NativeLibrary.getInstance(path.toString()));
    }

    private static Optional<Path> loaded(String stem) {
        if (!Files.isReadable(MAPS)) {
            return Optional.empty();
        }
        try (Stream<String> lines = Files.lines(MAPS)) {
            return lines.filter(line -> line.contains("/"))
                    .map(line -> Path.of(line.substring(line.indexOf('/'))))
                    .filter(path -> isNamed(path, stem))
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<Path> beside(String stem, Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(path -> isNamed(path, stem)).findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static boolean isNamed(Path path, String stem) {
        String name = path.getFileName().toString();
        boolean library = name.contains(".so") || name.endsWith(".dll") || name.endsWith(".dylib");
        return library && (name.startsWith("lib" + stem) || name.startsWith(stem));
    }
}
