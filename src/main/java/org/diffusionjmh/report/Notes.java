package org.diffusionjmh.report;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What one must know of a fork to trust its figures. A benchmark's state takes the notes, as it leaves its {@link Figures}; a file carries
 * them to the process that started the fork, since JMH carries nothing but results.
 *
 * @param marks what lessens the figures, such as {@code synthetic weights}
 * @param versions versions of the libraries in use, by name
 */
public record Notes(Set<String> marks, Map<String, String> versions) {
    private static final Notes CURRENT = new Notes(new TreeSet<>(), new TreeMap<>());

    /** Takes a mark of this process's run. */
    public static void mark(String mark) {
        synchronized (CURRENT) {
            CURRENT.marks.add(mark);
        }
    }

    /** Takes a library's version. */
    public static void version(String library, String version) {
        synchronized (CURRENT) {
            CURRENT.versions.put(library, version);
        }
    }

    /** Forgets all notes; to be called when a benchmark starts. */
    public static void clear() {
        synchronized (CURRENT) {
            CURRENT.marks.clear();
            CURRENT.versions.clear();
        }
    }

    /** The notes of this process so far. */
    static Notes current() {
        synchronized (CURRENT) {
            return new Notes(Set.copyOf(CURRENT.marks), Map.copyOf(CURRENT.versions));
        }
    }

    /** No notes. */
    public static Notes none() {
        return new Notes(Set.of(), Map.of());
    }

    void write(Path file) throws IOException {
        WholeFile.write(file, new Gson().toJson(this).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The notes that a fork has left; none if it has left no file.
     *
     * @throws IOException if the file cannot be read
     */
    public static Notes read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return none();
        }
        try {
            return new Gson().fromJson(Files.readString(file), Notes.class);
        } catch (JsonParseException e) {
            throw new IOException(file + ": no notes of a fork", e);
        }
    }
}
