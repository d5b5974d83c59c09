package org.diffusionjmh.cache;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Which build of this program runs. Any change of its classes or kernels is another build, so that no list of those that matter must be
 * kept up.
 */
public final class ProgramVersion {
    private static final List<String> PARTS = List.of("org/diffusionjmh/", "kernels/");

    private ProgramVersion() {}

    /** A digest of the program's classes and kernels, as they stand in its jar or folder. */
    public static String digest() {
        return Holder.DIGEST;
    }

    /**
     * A digest of the classes and kernels at a place: of their names, sizes and checksums.
     *
     * @param program a jar, or a folder of classes
     */
    static String digest(Path program) throws IOException {
        SortedMap<String, String> files = Files.isDirectory(program) ? inFolder(program) : inJar(program);
        return Digest.of(files.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static SortedMap<String, String> inJar(Path jar) throws IOException {
        SortedMap<String, String> files = new TreeMap<>();
        try (ZipFile zip = new ZipFile(jar.toFile());
                Stream<? extends ZipEntry> entries = zip.stream()) {
            entries.filter(entry -> isPart(entry.getName()))
                    .forEach(entry -> files.put(entry.getName(), entry.getSize() + " " + entry.getCrc()));
        }
        return files;
    }

    private static SortedMap<String, String> inFolder(Path folder) throws IOException {
        SortedMap<String, String> files = new TreeMap<>();
        try (Stream<Path> found = Files.walk(folder)) {
            for (Path file : found.filter(Files::isRegularFile).toList()) {
                String name = folder.relativize(file).toString().replace('\\', '/');
                if (isPart(name)) {
                    byte[] bytes = Files.readAllBytes(file);
                    CRC32 checksum = new CRC32();
                    checksum.update(bytes);
                    files.put(name, bytes.length + " " + checksum.getValue());
                }
            }
        }
        return files;
    }

    private static boolean isPart(String name) {
        return !name.endsWith("/") && PARTS.stream().anyMatch(name::startsWith);
    }

    private static final class Holder {
        static final String DIGEST = ofThisProgram();

        private static String ofThisProgram() {
            try {
                return digest(Path.of(ProgramVersion.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (URISyntaxException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
