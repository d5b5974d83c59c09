package org.diffusionjmh.pipeline;

import java.util.Optional;

/**
 * SDXL's micro-conditioning (Podell et al. 2023, section 2.2). What is absent has the picture's size, or no crop.
 *
 * @param originalSize size of the picture before it was cropped
 * @param cropsCoordsTopLeft where it was cropped
 * @param targetSize size it was brought to
 * @param negativeOriginalSize the same for the prediction without the prompt; used only together with the target size
 * @param negativeCropsCoordsTopLeft the same for the prediction without the prompt
 * @param negativeTargetSize the same for the prediction without the prompt
 */
public record SizeConditions(
        Optional<Pair> originalSize,
        Pair cropsCoordsTopLeft,
        Optional<Pair> targetSize,
        Optional<Pair> negativeOriginalSize,
        Pair negativeCropsCoordsTopLeft,
        Optional<Pair> negativeTargetSize) {
    /** All conditions as the picture's size gives them. */
    public static final SizeConditions NONE = new SizeConditions(
            Optional.empty(), Pair.ZERO, Optional.empty(), Optional.empty(), Pair.ZERO, Optional.empty());

    /**
     * Height and width, or top and left.
     *
     * @param vertical pixels from top to bottom
     * @param horizontal pixels from left to right
     */
    public record Pair(int vertical, int horizontal) {
        static final Pair ZERO = new Pair(0, 0);
    }

    /** The six numbers for the prediction with the prompt, for a picture of this size. */
    float[] timeIds(int height, int width) {
        Pair size = new Pair(height, width);
        return numbers(originalSize.orElse(size), cropsCoordsTopLeft, targetSize.orElse(size));
    }

    /** The six numbers for the prediction without the prompt. */
    float[] negativeTimeIds(int height, int width) {
        if (negativeOriginalSize.isEmpty() || negativeTargetSize.isEmpty()) {
            return timeIds(height, width);
        }
        return numbers(negativeOriginalSize.get(), negativeCropsCoordsTopLeft, negativeTargetSize.get());
    }

    /** The same as {@link #negativeTimeIds}, as image-to-image understands it: with the crop of the other, and each size for itself. */
    float[] negativeTimeIdsOfImageToImage(int height, int width) {
        Pair size = new Pair(height, width);
        return numbers(
                negativeOriginalSize.or(() -> originalSize).orElse(size),
                cropsCoordsTopLeft,
                negativeTargetSize.or(() -> targetSize).orElse(size));
    }

    private static float[] numbers(Pair original, Pair crop, Pair target) {
        return new float[] {
            original.vertical, original.horizontal, crop.vertical, crop.horizontal, target.vertical, target.horizontal
        };
    }
}
