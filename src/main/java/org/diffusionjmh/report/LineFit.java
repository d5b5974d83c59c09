package org.diffusionjmh.report;

import java.util.Arrays;
import java.util.List;

/**
 * The least-squares line through measured points: {@code y = slope x + intercept}.
 *
 * @param slope of the line
 * @param intercept of the line at 0
 * @param slopeError standard error of the slope; NaN for two points
 * @param interceptError standard error of the intercept; NaN for two points
 * @param determination R squared: 1 if all points lie on the line; NaN if all have the same y
 */
public record LineFit(double slope, double intercept, double slopeError, double interceptError, double determination) {
    /**
     * A measured point.
     *
     * @param x without error
     * @param y measured
     */
    public record Point(double x, double y) {}

    /**
     * @throws IllegalArgumentException if the points have fewer than two different x
     */
    public static LineFit of(List<Point> points) {
        double[] x = points.stream().mapToDouble(Point::x).toArray();
        double[] y = points.stream().mapToDouble(Point::y).toArray();
        if (Arrays.stream(x).distinct().count() < 2) {
            throw new IllegalArgumentException("a line needs two points at least, at different x");
        }
        double meanX = mean(x);
        double meanY = mean(y);
        double sumXx = products(x, meanX, x, meanX);
        double sumYy = products(y, meanY, y, meanY);
        double slope = products(x, meanX, y, meanY) / sumXx;
        double intercept = meanY - slope * meanX;
        double residual = 0;
        for (int i = 0; i < x.length; i++) {
            double error = y[i] - slope * x[i] - intercept;
            residual += error * error;
        }
        double variance = residual / (x.length - 2);
        return new LineFit(
                slope,
                intercept,
                Math.sqrt(variance / sumXx),
                Math.sqrt(variance * (1.0 / x.length + meanX * meanX / sumXx)),
                1 - residual / sumYy);
    }

    /** The line's y. */
    public double at(double x) {
        return slope * x + intercept;
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    /** Sum of the products of deviations from the means. */
    private static double products(double[] a, double meanA, double[] b, double meanB) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - meanA) * (b[i] - meanB);
        }
        return sum;
    }
}
