package org.diffusionjmh.kernel;

import ai.djl.ndarray.types.Shape;

/**
 * How the groups of a tensor are split over the blocks of a GPU: there may be fewer groups than multiprocessors.
 *
 * @param rows groups of all samples
 * @param length elements of a group, which lie one after the other
 * @param spatial elements of a channel
 * @param chunk elements that one block takes; the group's last block takes what is left
 */
record GroupNormSplit(int rows, int length, int spatial, int chunk) {
    /** Blocks of 256 threads that fit on a multiprocessor: all of them run at once. */
    private static final int BLOCKS_PER_MULTIPROCESSOR = 8;

    /** One 16-byte access of float16 for every thread. */
    private static final int SMALLEST_CHUNK = 2048;

    /** A chunk begins where a 16-byte access may, for every dtype. */
    private static final int ALIGNMENT = 8;

    /**
     * @param shape {@code [N, C, ...]}
     * @param groups divides C
     * @throws IllegalArgumentException if the shape has no such groups or a group has 2^31 elements or more
     */
    static GroupNormSplit of(Shape shape, int groups, int multiprocessors) {
        if (shape.dimension() < 2 || groups < 1 || shape.get(1) % groups != 0) {
            throw new IllegalArgumentException(
                    "group_norm: " + groups + " groups do not divide the channels of " + shape);
        }
        int rows = Math.toIntExact(shape.get(0) * groups);
        long elements = shape.size() / rows;
        if (elements > Integer.MAX_VALUE - ALIGNMENT) {
            throw new IllegalArgumentException("group_norm: the groups of " + shape + " have 2^31 elements or more");
        }
        int length = (int) elements;
        int spatial = (int) (shape.size() / shape.get(0) / shape.get(1));
        int wanted = Math.max(1, BLOCKS_PER_MULTIPROCESSOR * multiprocessors / rows);
        int chunks = Math.min(wanted, ceil(length, SMALLEST_CHUNK));
        return new GroupNormSplit(rows, length, spatial, ALIGNMENT * ceil(ceil(length, chunks), ALIGNMENT));
    }

    /** Blocks of a group; none is without work. */
    int chunks() {
        return ceil(length, chunk);
    }

    private static int ceil(int dividend, int divisor) {
        return (dividend - 1) / divisor + 1;
    }
}
