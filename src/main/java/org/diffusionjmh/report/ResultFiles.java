package org.diffusionjmh.report;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;

/**
 * The files that a run's results go to, in JMH's formats. JMH itself would fail only after the last benchmark if it cannot write, and
 * leave an empty file if it is stopped; here the place is tried before the run, and a file appears whole or not at all.
 */
public final class ResultFiles {
    private final Map<Path, ResultFormatType> formats;

    private ResultFiles(Map<Path, ResultFormatType> formats) {
        this.formats = formats;
    }

    /** One file of the user's choice. */
    public static ResultFiles single(Path file, ResultFormatType format) {
        return new ResultFiles(Map.of(file, format));
    }

    /** These files, and one in JSON. */
    public ResultFiles withJson(Path json) {
        Map<Path, ResultFormatType> files = new LinkedHashMap<>(formats);
        files.putIfAbsent(json, ResultFormatType.JSON);
        return new ResultFiles(files);
    }

    /** Files of the same name but for the extension, which is the format's. */
    public static ResultFiles named(Path folder, String name, Collection<ResultFormatType> formats) {
        Map<Path, ResultFormatType> files = new LinkedHashMap<>();
        for (ResultFormatType format : formats) {
            files.put(folder.resolve(name + "." + format.name().toLowerCase(Locale.ROOT)), format);
        }
        return new ResultFiles(files);
    }

    /** The files, whether they exist yet or not. */
    public List<Path> paths() {
        return List.copyOf(formats.keySet());
    }

    /**
     * Creates the folders and tries to write there.
     *
     * @throws IOException if a file could not be written later; the message says which and why
     */
    public void requireWritable() throws IOException {
        for (Path file : formats.keySet()) {
            WritableFolders.require(file);
        }
    }

    /**
     * Writes all files. Numbers take the JVM's default locale: that is how JMH's writers are.
     *
     * @throws IOException if one cannot be written
     */
    public void write(Collection<RunResult> results) throws IOException {
        for (Map.Entry<Path, ResultFormatType> entry : formats.entrySet()) {
            WholeFile.write(entry.getKey(), formatted(results, entry.getValue()));
        }
    }

    private static byte[] formatted(Collection<RunResult> results, ResultFormatType format) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(bytes, false, StandardCharsets.UTF_8)) {
            ResultFormatFactory.getInstance(format, out).writeOut(results);
        }
        return bytes.toByteArray();
    }
}
