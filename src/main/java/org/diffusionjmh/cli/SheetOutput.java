package org.diffusionjmh.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.diffusionjmh.report.WritableFolders;
import org.diffusionjmh.report.table.Format;
import org.diffusionjmh.report.table.Sheet;
import picocli.CommandLine.Option;

/** The options about how findings are printed and where to. */
final class SheetOutput {
    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "text, markdown, csv or json. Default: by the output file's extension, or else text")
    private Optional<String> format;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "File to write to. Default: standard output")
    private Optional<Path> file;

    /**
     * Says before the work whether it can be printed.
     *
     * @throws IllegalArgumentException if there is no such format
     * @throws IOException if the file cannot be written to
     */
    void check() throws IOException {
        format();
        if (file.isPresent()) {
            WritableFolders.require(file.get());
        }
    }

    /**
     * Prints findings.
     *
     * @throws IOException if the file cannot be written
     */
    void print(Sheet sheet, PrintWriter out) throws IOException {
        String text = format().print(sheet);
        if (file.isPresent()) {
            Files.writeString(file.get(), text);
        } else {
            out.print(text);
            out.flush();
        }
    }

    private Format format() {
        return format.map(Format::of)
                .or(() -> file.flatMap(path -> Format.ofFile(path.toString())))
                .orElse(Format.TEXT);
    }
}
