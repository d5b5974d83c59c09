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

    @Option(
            names = "--print-output",
            description =
                    "Shows the pictures in the terminal, by the protocol of kitty or iTerm2 where it has one, else"
                            + " with block characters.")
    private boolean printOutput;

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
     * Writes and shows pictures where they were asked for.
     *
     * @param suffix stands after the file's name
     */
    void write(List<RgbImage> images, String suffix, Console console) throws IOException {
        if (outputImage.isPresent()) {
            write(images, outputImage.get(), suffix, console.out());
        }
        if (printOutput) {
            show(images, console);
        }
    }

    private static void show(List<RgbImage> images, Console console) {
        if (!Terminal.isStandardOutput()) {
            warnOfNoPicture("standard output is not a terminal", console);
            return;
        }
        try {
            TerminalPicture way = TerminalPicture.of(System.getenv());
            int columns = Terminal.columns();
            images.forEach(image -> console.out().print(way.encode(image, columns)));
            console.out().flush();
        } catch (UnsupportedOperationException e) {
            warnOfNoPicture(e.getMessage(), console);
        }
    }

    private static void warnOfNoPicture(String why, Console console) {
        console.err().println("warning: --print-output shows no picture: " + why);
    }

    private static void write(List<RgbImage> images, Path file, String suffix, PrintWriter out) throws IOException {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        for (int i = 0; i < images.size(); i++) {
            String number = images.size() == 1 ? "" : "-" + i;
            Path target = file.resolveSibling(name.substring(0, dot) + suffix + number + name.substring(dot));
            images.get(i).write(target);
            out.println("Picture: " + target);
        }
    }
}
