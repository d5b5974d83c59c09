package org.diffusionjmh.image;

import java.util.stream.IntStream;

/**
 * Pillow's {@code Image.resize(..., LANCZOS)} of 8-bit pixels, to the last bit: first along rows, then along columns, weights in
 * fixed point with 22 fractional bits, each pass rounded and clipped to 8 bits. A pass that would not change the length is left out.
 */
final class LanczosResampling {
    private static final double SUPPORT = 3;
    private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;
    private static final int FRACTION_BITS = 32 - 8 - 2;
    private static final int HALF = 1 << (FRACTION_BITS - 1);

    /** {@code weights[i]} belong to the source positions from {@code first[i]} on and give target position {@code i}. */
    private final int[] first;

    private final int[][] weights;

    private LanczosResampling(int source, int target) {
        first = new int[target];
        weights = new int[target][];
        double scale = (double) source / target;
        // Shrinking widens the filter, so that every source pixel counts.
        double filterScale = Math.max(scale, 1);
        double support = SUPPORT * filterScale;
        for (int i = 0; i < target; i++) {
            double center = (i + 0.5) * scale;
            first[i] = Math.max((int) (center - support + 0.5), 0);
            int end = Math.min((int) (center + support + 0.5), source);
            weights[i] = fixedPoint(weights(first[i], end, center, 1 / filterScale));
        }
    }

    /** {@code pixels} is [height, width, channels]; so is the result, in the new size. */
    static byte[] resize(byte[] pixels, int channels, int height, int width, int newHeight, int newWidth) {
        if (newHeight < 1 || newWidth < 1) {
            throw new IllegalArgumentException(
                    "cannot resize to height " + newHeight + ", width " + newWidth + "; want at least 1");
        }
        if ((long) Math.max(height, newHeight) * newWidth * channels > LONGEST_ARRAY) {
            throw new IllegalArgumentException("cannot resize from height " + height + " to height " + newHeight
                    + ", width " + newWidth + "; the picture would be larger than " + LONGEST_ARRAY + " bytes");
        }
        byte[] wide = pixels.clone();
        if (newWidth != width) {
            wide = new LanczosResampling(width, newWidth).alongRows(pixels, channels, height, width);
        }
        return newHeight == height
                ? wide
                : new LanczosResampling(height, newHeight).alongColumns(wide, newWidth * channels);
    }

    private byte[] alongRows(byte[] pixels, int channels, int height, int width) {
        int newWidth = first.length;
        byte[] result = new byte[height * newWidth * channels];
        IntStream.range(0, height).parallel().forEach(y -> {
            for (int x = 0; x < newWidth; x++) {
                int from = (y * width + first[x]) * channels;
                for (int channel = 0; channel < channels; channel++) {
                    result[(y * newWidth + x) * channels + channel] = sum(pixels, from + channel, channels, weights[x]);
                }
            }
        });
        return result;
    }

    private byte[] alongColumns(byte[] pixels, int rowLength) {
        byte[] result = new byte[first.length * rowLength];
        IntStream.range(0, first.length).parallel().forEach(y -> {
            for (int i = 0; i < rowLength; i++) {
                result[y * rowLength + i] = sum(pixels, first[y] * rowLength + i, rowLength, weights[y]);
            }
        });
        return result;
    }

    private static byte sum(byte[] pixels, int from, int stride, int[] weights) {
        int sum = HALF;
        int at = from;
        for (int weight : weights) {
            sum += Byte.toUnsignedInt(pixels[at]) * weight;
            at += stride;
        }
        return (byte) Math.max(0, Math.min(255, sum >> FRACTION_BITS));
    }

    /** Weights of the source positions {@code begin} to {@code end}; their sum is 1. */
    private static double[] weights(int begin, int end, double center, double inverseScale) {
        double[] weights = new double[end - begin];
        double total = 0;
        for (int i = 0; i < weights.length; i++) {
            weights[i] = lanczos((i + begin - center + 0.5) * inverseScale);
            total += weights[i];
        }
        for (int i = 0; i < weights.length && total != 0; i++) {
            weights[i] /= total;
        }
        return weights;
    }

    private static int[] fixedPoint(double[] weights) {
        int[] fixed = new int[weights.length];
        for (int i = 0; i < weights.length; i++) {
            // Rounded half away from zero.
            fixed[i] = (int) (weights[i] * (1 << FRACTION_BITS) + Math.copySign(0.5, weights[i]));
        }
        return fixed;
    }

    private static double lanczos(double x) {
        return x >= -SUPPORT && x < SUPPORT ? sinc(x) * sinc(x / SUPPORT) : 0;
    }

    private static double sinc(double x) {
        return x == 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
    }
}
