package org.diffusionjmh.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.diffusionjmh.image.ImageFormat;
import org.diffusionjmh.image.RgbImage;
import org.diffusionjmh.report.WritableFolders;
import picocli.CommandLine.Option;

/** The options about where pictures go. */
final class OutputOptions {
    @Option(
            names = "--output-image",
            paramLabel = "FILE",
            description = "PNG or JPEG file to write; of several pictures, NAME-0, NAME-1 and so on.")
    private Optional<Path> outputImage;

    /**
     * Finds what is wrong before anything is loaded.
     *
     * @throws IOException if the pictures could not be written later
     */
    void check() throws IOException {
        if (outputImage.isPresent()) {
            ImageFormat.of(outputImage.get());
            WritableFolders.require(outputImage.get());
        }
    }

    /**
     * Writes pictures where they were asked for.
     *
     * @param out told the files' names
     */
    void write(List<RgbImage> images, PrintWriter out) throws IOException {
        if (outputImage.isEmpty()) {
            return;
        }
        Path file = outputImage.get();
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        for (int i = 0; i < images.size(); i++) {
            Path target = images.size() == 1
                    ? file
                    : file.resolveSibling(name.substring(0, dot) + "-" + i + name.substring(dot));
            images.get(i).write(target);
            out.println("Picture: " + target);
        }
    }
}
