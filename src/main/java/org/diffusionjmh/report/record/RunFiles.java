package org.diffusionjmh.report.record;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.openjdk.jmh.results.format.ResultFormatType;

/** Where the files of a run stand: all beside its results, under the same name. */
public record RunFiles(Path folder, String name) {
    /** The files beside a file of results, {@code NAME.csv} for example. */
    public static RunFiles beside(Path results) {
        String file = results.getFileName().toString();
        int dot = file.lastIndexOf('.');
        boolean format = dot > 0
                && Arrays.stream(ResultFormatType.values()).anyMatch(type -> type.name()
                        .equals(file.substring(dot + 1).toUpperCase(Locale.ROOT)));
        Path folder = results.getParent() == null ? Path.of("") : results.getParent();
        return new RunFiles(folder, format ? file.substring(0, dot) : file);
    }

    /** JMH's JSON. */
    public Path json() {
        return folder.resolve(name + ".json");
    }

    public Path samples() {
        return folder.resolve(name + ".samples.csv");
    }

    public Path environment() {
        return folder.resolve(name + ".environment.json");
    }

    /** The folder of the pictures. */
    public Path pictures() {
        return folder.resolve(name + ".pictures");
    }

    /** How far the pictures are apart. */
    public Path pictureTable() {
        return folder.resolve(name + ".pictures.csv");
    }
}
