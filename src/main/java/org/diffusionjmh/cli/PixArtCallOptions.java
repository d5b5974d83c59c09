package org.diffusionjmh.cli;

import java.util.Optional;
import org.diffusionjmh.pipeline.PixArtOptions;
import picocli.CommandLine.Option;

/** The options that only PixArt-alpha has. */
final class PixArtCallOptions {
    @Option(
            names = "--no-clean-caption",
            description = "PixArt: takes the prompt as it is, in lower case, without removing addresses and markup.")
    private boolean noCleanCaption;

    @Option(
            names = "--no-resolution-binning",
            description =
                    "PixArt: generates at the very size that was asked for, instead of at the size of its training"
                            + " that has the nearest aspect ratio, which is then resized and cropped.")
    private boolean noResolutionBinning;

    @Option(names = "--max-sequence-length", paramLabel = "N", description = "PixArt: tokens of a prompt. Default: 120")
    private Optional<Integer> maxSequenceLength;

    /**
     * What PixArt is asked for.
     *
     * @param binned whether sizes are binned unless the user says otherwise
     * @throws IllegalArgumentException if an option has no legal value
     */
    PixArtOptions options(boolean binned) {
        PixArtOptions options = PixArtOptions.DEFAULT
                .withCleanCaption(!noCleanCaption)
                .withResolutionBinning(binned && !noResolutionBinning);
        return maxSequenceLength.map(options::withMaxSequenceLength).orElse(options);
    }

    /**
     * @throws IllegalArgumentException if there are options, and the model is none that has them
     */
    void requireNone() {
        String given = "";
        if (noCleanCaption) {
            given = "--no-clean-caption";
        } else if (noResolutionBinning) {
            given = "--no-resolution-binning";
        } else if (maxSequenceLength.isPresent()) {
            given = "--max-sequence-length";
        }
        if (!given.isEmpty()) {
            throw new IllegalArgumentException(given + " is about PixArt-alpha, which the model is not");
        }
    }
}
