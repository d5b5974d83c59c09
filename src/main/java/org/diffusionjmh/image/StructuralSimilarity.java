package org.diffusionjmh.image;

import java.util.stream.IntStream;

/**
 * The mean structural similarity of Wang, Bovik, Sheikh, Simoncelli, "Image Quality Assessment" (2004): an 11 x 11 Gaussian window
 * of standard deviation 1.5, K1 = 0.01, K2 = 0.03, range 255, averaged over the places where the whole window fits, for each
 * colour on its own; the result is the mean of the three.
 */
final class StructuralSimilarity {
    static final int WINDOW = 11;
    private static final double SIGMA = 1.5;
    private static final double C1 = square(0.01 * 255);
    private static final double C2 = square(0.03 * 255);

    private final int height;
    private final int width;
    private final double[] kernel;

    private StructuralSimilarity(int height, int width) {
        if (height < WINDOW || width < WINDOW) {
            throw new IllegalArgumentException("structural similarity needs pictures of at least " + WINDOW + " x "
                    + WINDOW + " pixels, these are " + height + " x " + width);
        }
        this.height = height;
        this.width = width;
        this.kernel = gaussian();
    }

    static double of(RgbImage first, RgbImage second) {
        StructuralSimilarity similarity = new StructuralSimilarity(first.height(), first.width());
        return IntStream.range(0, RgbImage.CHANNELS)
                .parallel()
                .mapToDouble(channel -> similarity.ofPlanes(plane(first, channel), plane(second, channel)))
                .average()
                .orElseThrow();
    }

    private double ofPlanes(double[] x, double[] y) {
        double[] meanX = filter(x);
        double[] meanY = filter(y);
        double[] meanXx = filter(product(x, x));
        double[] meanYy = filter(product(y, y));
        double[] meanXy = filter(product(x, y));
        double sum = 0;
        for (int i = 0; i < meanX.length; i++) {
            double xy = meanX[i] * meanY[i];
            double squares = square(meanX[i]) + square(meanY[i]);
            double variances = meanXx[i] + meanYy[i] - squares;
            sum += (2 * xy + C1) * (2 * (meanXy[i] - xy) + C2) / ((squares + C1) * (variances + C2));
        }
        return sum / meanX.length;
    }

    /** The Gaussian mean around each place where the window fits: {@code [height - 10, width - 10]}. */
    private double[] filter(double[] plane) {
        int newWidth = width - WINDOW + 1;
        double[] rows = new double[height * newWidth];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < newWidth; x++) {
                rows[y * newWidth + x] = sum(plane, y * width + x, 1);
            }
        }
        double[] result = new double[(height - WINDOW + 1) * newWidth];
        for (int i = 0; i < result.length; i++) {
            result[i] = sum(rows, i, newWidth);
        }
        return result;
    }

    private double sum(double[] values, int from, int stride) {
        double sum = 0;
        for (int i = 0; i < WINDOW; i++) {
            sum += kernel[i] * values[from + i * stride];
        }
        return sum;
    }

    private static double[] gaussian() {
        double[] kernel = new double[WINDOW];
        double total = 0;
        for (int i = 0; i < WINDOW; i++) {
            kernel[i] = Math.exp(-square(i - WINDOW / 2) / (2 * square(SIGMA)));
            total += kernel[i];
        }
        for (int i = 0; i < WINDOW; i++) {
            kernel[i] /= total;
        }
        return kernel;
    }

    private static double[] plane(RgbImage image, int channel) {
        double[] plane = new double[image.height() * image.width()];
        for (int i = 0; i < plane.length; i++) {
            plane[i] = image.get(i / image.width(), i % image.width(), channel);
        }
        return plane;
    }

    private static double[] product(double[] x, double[] y) {
        double[] product = new double[x.length];
        for (int i = 0; i < product.length; i++) {
            product[i] = x[i] * y[i];
        }
        return product;
    }

    private static double square(double x) {
        return x * x;
    }
}
