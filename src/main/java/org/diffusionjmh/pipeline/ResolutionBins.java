package org.diffusionjmh.pipeline;

import java.util.Comparator;
import java.util.List;

/**
 * The sizes that PixArt models were trained on: one for each of some aspect ratios. Models of another sample size have the same sizes in
 * proportion.
 *
 * @param sampleSize side of the latents that a model was trained for
 */
record ResolutionBins(int sampleSize) {
    private static final int LARGEST_SAMPLE_SIZE = 128;
    private static final List<Integer> SAMPLE_SIZES = List.of(LARGEST_SAMPLE_SIZE, 64, 32);

    /** In diffusers' order, which decides between ratios that are as near; the ratio is written as there, with two digits. */
    private static final List<Bin> BINS = List.of(
            new Bin(0.25, 512, 2048),
            new Bin(0.28, 512, 1856),
            new Bin(0.32, 576, 1792),
            new Bin(0.33, 576, 1728),
            new Bin(0.35, 576, 1664),
            new Bin(0.4, 640, 1600),
            new Bin(0.42, 640, 1536),
            new Bin(0.48, 704, 1472),
            new Bin(0.5, 704, 1408),
            new Bin(0.52, 704, 1344),
            new Bin(0.57, 768, 1344),
            new Bin(0.6, 768, 1280),
            new Bin(0.68, 832, 1216),
            new Bin(0.72, 832, 1152),
            new Bin(0.78, 896, 1152),
            new Bin(0.82, 896, 1088),
            new Bin(0.88, 960, 1088),
            new Bin(0.94, 960, 1024),
            new Bin(1.0, 1024, 1024),
            new Bin(1.07, 1024, 960),
            new Bin(1.13, 1088, 960),
            new Bin(1.21, 1088, 896),
            new Bin(1.29, 1152, 896),
            new Bin(1.38, 1152, 832),
            new Bin(1.46, 1216, 832),
            new Bin(1.67, 1280, 768),
            new Bin(1.75, 1344, 768),
            new Bin(2.0, 1408, 704),
            new Bin(2.09, 1472, 704),
            new Bin(2.4, 1536, 640),
            new Bin(2.5, 1600, 640),
            new Bin(3.0, 1728, 576),
            new Bin(4.0, 2048, 512));

    /**
     * A size.
     *
     * @param ratio what it is chosen by: about height over width
     * @param height pixels from top to bottom
     * @param width pixels from left to right
     */
    record Bin(double ratio, int height, int width) {}

    /**
     * @throws IllegalArgumentException if no sizes are known for the sample size
     */
    ResolutionBins {
        if (!SAMPLE_SIZES.contains(sampleSize)) {
            throw new IllegalArgumentException("use_resolution_binning: the transformer's sample_size is " + sampleSize
                    + ", and sizes are known for " + SAMPLE_SIZES + "; switch it off");
        }
    }

    /** The size whose ratio is nearest. */
    Bin nearest(int height, int width) {
        double ratio = (double) height / width;
        Bin nearest = BINS.stream()
                .min(Comparator.comparingDouble(bin -> Math.abs(bin.ratio() - ratio)))
                .orElseThrow();
        int divisor = LARGEST_SAMPLE_SIZE / sampleSize;
        return new Bin(nearest.ratio(), nearest.height() / divisor, nearest.width() / divisor);
    }
}
