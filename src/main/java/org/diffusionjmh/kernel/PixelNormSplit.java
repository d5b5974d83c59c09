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

    /** {@code many_threads} in the source: of a block that takes all pixels of its slab. */
    static final int MANY_THREADS = 512;

    /** 16-byte accesses of a slab that one block takes: 128 KiB. */
    private static final int SMALL_ACCESSES = 8192;

    /** Accesses that lie side by side: fewer would leave parts of the memory's bursts unused. */
    private static final int FEWEST_ACCESSES = 16;

    private static final int BLOCKS_PER_MULTIPROCESSOR = 8;

    /** Pixels that each thread of a block takes at least. */
    private static final int FEWEST_PIXELS = 4;

    /**
     * @param shape {@code [N, C, H, W]}
     * @param groups divides C
     * @param access elements of a 16-byte access
     * @return empty if no slab fits a block
     */
    static Optional<PixelNormSplit> of(Shape shape, int groups, int access, int multiprocessors) {
        int channels = Math.toIntExact(shape.get(1));
        int group = channels / groups;
        int pixels = Math.toIntExact(shape.get(2) * shape.get(3));
        int best = 0;
        for (int slabs = 1; slabs <= groups; slabs++) {
            int width = channels / slabs;
            boolean whole = groups % slabs == 0 && width % access == 0;
            boolean large = slabs == 1 || width / access >= FEWEST_ACCESSES;
            if (whole && large && width / access <= THREADS && busy(width / access) > busy(best / access)) {
                best = width;
            }
        }
        if (best == 0) {
            return Optional.empty();
        }
        int rows = THREADS / (best / access);
        int slabs = Math.toIntExact(shape.get(0)) * (channels / best);
        int wanted = Math.max(1, BLOCKS_PER_MULTIPROCESSOR * multiprocessors / slabs);
        int chunks = Math.min(wanted, ceil(pixels, rows * FEWEST_PIXELS));
        return Optional.of(new PixelNormSplit(channels, best, group, pixels, ceil(pixels, chunks)));
    }

    /**
     * The split that leaves all pixels of a slab to one block of {@link #MANY_THREADS}, for maps whose slabs stay in a multiprocessor's
     * cache: it needs one launch.
     *
     * @param shape {@code [N, C, H, W]}
     * @param groups divides C
     * @param access elements of a 16-byte access
     * @return empty if the map is too large, or no slab fits a block
     */
    static Optional<PixelNormSplit> ofSmall(Shape shape, int groups, int access) {
        int channels = Math.toIntExact(shape.get(1));
        int pixels = Math.toIntExact(shape.get(2) * shape.get(3));
        for (int slabs = groups; slabs > 0; slabs--) {
            int width = channels / slabs;
            if (groups % slabs == 0 && width % access == 0) {
                int accesses = width / access;
                boolean small = accesses <= MANY_THREADS && (long) pixels * accesses <= SMALL_ACCESSES;
                return Optional.of(new PixelNormSplit(channels, width, channels / groups, pixels, pixels))
                        .filter(split -> small && split.takesOneLaunch());
            }
        }
        return Optional.empty();
    }

    /** Whether a block takes all pixels of its slab, and there is room for the statistics of the slab's groups. */
    boolean takesOneLaunch() {
        return chunk == pixels && width / group <= MANY_THREADS / 8;
    }

    /** Threads that have work. */
    private static int busy(int accesses) {
        return accesses == 0 ? 0 : THREADS / accesses * accesses;
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
