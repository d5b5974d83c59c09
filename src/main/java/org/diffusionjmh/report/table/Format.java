package org.diffusionjmh.report.table;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** How findings are printed. */
public enum Format {
    /** Aligned, for a terminal. */
    TEXT("txt"),
    /** For an issue or a pull request. */
    MARKDOWN("md"),
    /** The findings alone, in full precision. */
    CSV("csv"),
    /** Everything, in full precision. */
    JSON("json");

    private final String extension;

    Format(String extension) {
        this.extension = extension;
    }

    /** The name on the command line. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The format of a name or a file extension, in any case.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Format of(String label) {
        return Arrays.stream(values())
                .filter(format -> List.of(format.label(), format.extension).contains(label.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no format is called '" + label + "'; known: "
                        + Arrays.stream(values()).map(Format::label).collect(Collectors.joining(", "))));
    }

    /** The format that a file's extension stands for. */
    public static Optional<Format> ofFile(String file) {
        return Arrays.stream(values())
                .filter(format -> file.toLowerCase(Locale.ROOT).endsWith("." + format.extension))
                .findFirst();
    }

    /** The findings in this format, with a line end at the end. */
    public String print(Sheet sheet) {
        return switch (this) {
            case TEXT -> TextFormat.print(sheet);
            case MARKDOWN -> MarkdownFormat.print(sheet);
            case CSV -> CsvFormat.print(sheet);
            case JSON -> JsonFormat.print(sheet);
        };
    }
}
