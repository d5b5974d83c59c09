package org.diffusionjmh.image;

import java.nio.ByteBuffer;

/**
 * How far two pictures of one size are apart.
 *
 * @param psnr peak signal-to-noise ratio over all pixels and colours, in dB: 10 log10(255^2 / mean squared difference); infinite for
 *     equal pictures
 * @param ssim structural similarity, at most 1, which equal pictures have; see {@link StructuralSimilarity}
 * @param maxDifference largest difference of two values, 0 to 255
 */
public record ImageComparison(double psnr, double ssim, int maxDifference) {
    /**
     * Compares two pictures.
     *
     * @throws IllegalArgumentException if their sizes differ, or are below 11 x 11, the window of structural similarity
     */
    public static ImageComparison of(RgbImage first, RgbImage second) {
        if (first.height() != second.height() || first.width() != second.width()) {
            throw new IllegalArgumentException(
                    "cannot compare a picture of " + first.height() + " x " + first.width() + " with one of "
                            + second.height() + " x " + second.width() + " (height x width); want the same size");
        }
        ByteBuffer firstPixels = first.pixels();
        ByteBuffer secondPixels = second.pixels();
        long squares = 0;
        int largest = 0;
        int count = firstPixels.remaining();
        for (int i = 0; i < count; i++) {
            int difference = Math.abs(Byte.toUnsignedInt(firstPixels.get()) - Byte.toUnsignedInt(secondPixels.get()));
            squares += (long) difference * difference;
            largest = Math.max(largest, difference);
        }
        double psnr = squares == 0 ? Double.POSITIVE_INFINITY : 10 * Math.log10(255.0 * 255.0 * count / squares);
        return new ImageComparison(psnr, StructuralSimilarity.of(first, second), largest);
    }
}
