package org.diffusionjmh.report.result;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The file {@code NAME.pictures.csv}: pictures and how far they are from the reference.
 *
 * @param pictures in the file's order
 * @param warnings what is odd about the file and no error
 */
public record PicturesCsv(List<Picture> pictures, List<String> warnings) {
    private static final List<String> COLUMNS = List.of("benchmark", "params", "file", "psnr", "ssim", "maxDifference");

    /** Keeps copies of the lists. */
    public PicturesCsv {
        pictures = List.copyOf(pictures);
        warnings = List.copyOf(warnings);
    }

    /**
     * Reads a file. Its pictures' files may stand relative to its folder, or in {@code folder}.
     *
     * @throws MalformedResultException if it is no such file or a whole row is broken
     * @throws IOException if it cannot be read
     */
    public static PicturesCsv read(Path file, Path folder) throws IOException {
        CsvTable table = CsvTable.read(file, ',', CsvTable.LastRow.MAY_BE_CUT);
        table.requireColumns(COLUMNS, "a pictures file: " + String.join(",", COLUMNS));
        List<Picture> pictures = new ArrayList<>();
        for (CsvRow row : table.rows()) {
            pictures.add(new Picture(
                    row.required("benchmark"),
                    row.text("params"),
                    picture(row, file, folder),
                    optional(row, "psnr"),
                    optional(row, "ssim"),
                    optional(row, "maxDifference")));
        }
        return new PicturesCsv(pictures, table.warnings());
    }

    private static Path picture(CsvRow row, Path file, Path folder) throws MalformedResultException {
        String name = row.required("file");
        try {
            Path beside = file.resolveSibling(name);
            return beside.toFile().exists() ? beside : folder.resolve(name);
        } catch (InvalidPathException e) {
            throw (MalformedResultException)
                    row.error("file", "'" + name + "' is no file name").initCause(e);
        }
    }

    private static double optional(CsvRow row, String column) throws MalformedResultException {
        return row.text(column).isEmpty() ? Double.NaN : row.number(column);
    }
}
