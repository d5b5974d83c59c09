package org.diffusionjmh.pipeline;

/**
 * What PixArt-alpha is asked for beside what all pipelines are. Names and defaults are those of diffusers.
 *
 * @param cleanCaption whether prompts are cleaned as {@link org.diffusionjmh.tokenizer.CaptionCleaner} does, or only lower-cased
 * @param useResolutionBinning whether pictures are generated at the size of the model's training that has the nearest aspect ratio, then
 *     resized and cropped to the size that was asked for, which may be any
 * @param maxSequenceLength tokens of a prompt, its end included
 */
public record PixArtOptions(boolean cleanCaption, boolean useResolutionBinning, int maxSequenceLength) {
    public static final PixArtOptions DEFAULT = new PixArtOptions(true, true, 120);

    /**
     * @throws IllegalArgumentException if prompts have no room for a token
     */
    public PixArtOptions {
        if (maxSequenceLength < 1) {
            throw new IllegalArgumentException("max_sequence_length is " + maxSequenceLength + ", want at least 1");
        }
    }

    /** The same with prompts cleaned or only lower-cased. */
    public PixArtOptions withCleanCaption(boolean clean) {
        return new PixArtOptions(clean, useResolutionBinning, maxSequenceLength);
    }

    /** The same with sizes binned or not. */
    public PixArtOptions withResolutionBinning(boolean binning) {
        return new PixArtOptions(cleanCaption, binning, maxSequenceLength);
    }

    /** The same with another length of prompts. */
    public PixArtOptions withMaxSequenceLength(int tokens) {
        return new PixArtOptions(cleanCaption, useResolutionBinning, tokens);
    }
}
