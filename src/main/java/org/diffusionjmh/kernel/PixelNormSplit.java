package org.diffusionjmh.kernel;

import ai.djl.ndarray.types.Shape;
import java.util.Optional;

/**
 * How a feature map with channels innermost is split over the blocks of a GPU for a group norm: a block takes some pixels of a slab, which
 * is the channels of some groups; a thread keeps to one 16-byte access of channels.
 *
 * @param channels of the map
 * @param width channels of a slab: whole groups, and whole accesses
 * @param group channels of a group
 * @param pixels of the map
 * @param chunk pixels of a block; a slab's last block takes what is left
 */
record PixelNormSplit(int channels, int width, int group, int pixels, int chunk) {
    /** Threads of a block: an access each, so a slab has no more. */
    private static final int THREADS = 256;

    /** Accesses that lie side by side: fewer would leave parts of the memory's bursts unused. */
    private static final int FEWEST_ACCESSES = 8;

    /** Threads of a block that have to have work for it to count as busy. */
    private static final int ENOUGH_THREADS = THREADS * 7 / 8;

    /** Pixels that each thread of a block takes at least. */
    private static final int FEWEST_PIXELS = 2;

    /**
     * The split into the narrowest slabs that keep the threads of a block busy: the norm of a block waits for the sums of all blocks of its
     * slab, and wide slabs have both more groups and more blocks.
     *
     * @param shape {@code [N, C, H, W]}
     * @param groups divides C
     * @param access elements of a 16-byte access
     * @param blocks that the GPU runs at once. Some more would wait for a second round, in which most of the GPU has nothing to do
     * @return empty if no slab fits a block
     */
    static Optional<PixelNormSplit> of(Shape shape, int groups, int access, int blocks) {
        int channels = Math.toIntExact(shape.get(1));
        int group = channels / groups;
        int pixels = Math.toIntExact(shape.get(2) * shape.get(3));
        int best = 0;
        for (int slabs = 1; slabs <= groups; slabs++) {
            int width = channels / slabs;
            boolean whole = groups % slabs == 0 && width % access == 0;
            boolean large = slabs == 1 || width / access >= FEWEST_ACCESSES;
            if (whole && large && width / access <= THREADS && busy(width / access) >= busy(best / access)) {
                best = width;
            }
        }
        if (best == 0) {
            return Optional.empty();
        }
        int rows = THREADS / (best / access);
        int slabs = Math.toIntExact(shape.get(0)) * (channels / best);
        int wanted = Math.max(1, blocks / slabs);
        int chunks = Math.min(wanted, ceil(pixels, rows * FEWEST_PIXELS));
        return Optional.of(new PixelNormSplit(channels, best, group, pixels, ceil(pixels, chunks)));
    }

    /** Threads that have work, up to as many as are enough. */
    private static int busy(int accesses) {
        return accesses == 0 ? 0 : Math.min(ENOUGH_THREADS, THREADS / accesses * accesses);
    }

    int slabs() {
        return channels / width;
    }

    /** Blocks of a slab; none is without work. */
    int chunks() {
        return ceil(pixels, chunk);
    }

    private static int ceil(int dividend, int divisor) {
        return (dividend - 1) / divisor + 1;
    }
}
