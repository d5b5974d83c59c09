package org.diffusionjmh.report;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.openjdk.jmh.results.format.ResultFormatType;

/**
 * Where the files of a run stand: all beside its results, under the same name.
 *
 * @param results JMH's file of results, {@code NAME.csv} for example
 */
public record RunFiles(Path results) {
    /** What the files have in common: the name of the results, without its ending if that is a format of JMH's. */
    public String name() {
        String file = results.getFileName().toString();
        int dot = file.lastIndexOf('.');
        boolean format = dot > 0
                && Arrays.stream(ResultFormatType.values()).anyMatch(type -> type.name()
                        .equals(file.substring(dot + 1).toUpperCase(Locale.ROOT)));
        return format ? file.substring(0, dot) : file;
    }

    /** The folder that they lie in. */
    public Path folder() {
        return results.getParent() == null ? Path.of("") : results.getParent();
    }

    /** JMH's JSON. */
    public Path json() {
        return beside(".json");
    }

    /** Every iteration's values, in long form. */
    public Path samples() {
        return beside(".samples.csv");
    }

    /** Where and how the run was measured. */
    public Path environment() {
        return beside(".environment.json");
    }

    /** The folder of the pictures. */
    public Path pictures() {
        return beside(".pictures");
    }

    /** How far the pictures are apart. */
    public Path pictureTable() {
        return beside(".pictures.csv");
    }

    private Path beside(String ending) {
        return results.resolveSibling(name() + ending);
    }
}
