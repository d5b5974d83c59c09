package org.diffusionjmh.report.result;

import java.nio.file.Path;

/**
 * The files of a run: JMH's CSV {@code NAME.csv}, and others of the same name beside it.
 *
 * @param csv JMH's CSV
 */
public record RunFiles(Path csv) {
    /** The name that the run's files share. */
    public String name() {
        String file = csv.getFileName().toString();
        int dot = file.lastIndexOf('.');
        return dot > 0 ? file.substring(0, dot) : file;
    }

    /** Every iteration's values, in long form. */
    public Path samples() {
        return csv.resolveSibling(name() + ".samples.csv");
    }

    /** Where and how the run was measured. */
    public Path environment() {
        return csv.resolveSibling(name() + ".environment.json");
    }

    /** The pictures' list. */
    public Path pictures() {
        return csv.resolveSibling(name() + ".pictures.csv");
    }

    /** The pictures' folder. */
    public Path pictureFolder() {
        return csv.resolveSibling(name() + ".pictures");
    }
}
