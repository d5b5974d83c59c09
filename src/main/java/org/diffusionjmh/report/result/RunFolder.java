package org.diffusionjmh.report.result;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A folder of runs. */
public final class RunFolder {
    private RunFolder() {}

    /**
     * JMH's CSVs in a folder, by name; without the files beside them.
     *
     * @throws IOException if there is no such folder
     */
    public static List<Path> results(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> isResult(file.getFileName().toString()))
                    .sorted()
                    .toList();
        }
    }

    private static boolean isResult(String name) {
        return name.endsWith(".csv") && !name.endsWith(".samples.csv") && !name.endsWith(".pictures.csv");
    }
}
