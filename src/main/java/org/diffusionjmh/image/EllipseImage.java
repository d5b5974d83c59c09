package org.diffusionjmh.image;

import java.util.Arrays;

/**
 * A white ellipse on black, half as high and half as wide as the picture, to the pixel as Pillow draws it: the control picture of the
 * evaluation that this project follows.
 */
public final class EllipseImage {
    private EllipseImage() {}

    /** The picture of a size. */
    public static RgbImage of(int height, int width) {
        byte[] pixels = new byte[height * width * RgbImage.CHANNELS];
        int top = height / 4;
        int left = width / 4;
        int rows = 2 * top; // between the first and the last
        int columns = 2 * left;
        int[] extents = extents(rows, columns);
        for (int row = 0; row <= rows; row++) {
            int extent = extents[Math.abs(2 * row - rows) / 2];
            int from = left + (columns - extent) / 2;
            int to = left + (columns + extent) / 2 + 1;
            int start = (top + row) * width;
            Arrays.fill(pixels, (start + from) * RgbImage.CHANNELS, (start + to) * RgbImage.CHANNELS, (byte) 255);
        }
        return RgbImage.owning(height, width, pixels);
    }

    /**
     * How far each row reaches, from the middle row to the last one. Coordinates are doubled, with the centre at 0: rows and columns are
     * then the axes, and neighbours are 2 apart. The outline is followed from its outermost point in the middle row to the last row, each
     * time to that of three neighbours (below, below and inwards, inwards) that lies closest to the curve.
     *
     * @param rows even
     * @param columns even
     */
    private static int[] extents(int rows, int columns) {
        int[] extents = new int[rows / 2 + 1];
        int x = columns;
        int y = 0;
        extents[0] = x;
        while (x > 0 || y < rows) {
            int nextX = x;
            int nextY = y + 2;
            if (x > 1) {
                long below = distance(x, y + 2, rows, columns);
                long diagonal = distance(x - 2, y + 2, rows, columns);
                long inwards = distance(x - 2, y, rows, columns);
                if (inwards < Math.min(below, diagonal)) {
                    nextY = y;
                }
                if (Math.min(inwards, diagonal) < below) {
                    nextX = x - 2;
                }
            }
            if (nextY > y) {
                extents[nextY / 2] = nextX;
            }
            x = nextX;
            y = nextY;
        }
        return extents;
    }

    /** How far a point is from fulfilling the ellipse's equation. */
    private static long distance(long x, long y, long rows, long columns) {
        return Math.abs(columns * columns * y * y + rows * rows * x * x - columns * columns * rows * rows);
    }
}
