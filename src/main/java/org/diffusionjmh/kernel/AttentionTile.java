package org.diffusionjmh.kernel;

import java.util.Set;
import org.diffusionjmh.libtorch.ScalarType;

/**
 * How a block of {@code attention.cu} divides its work.
 *
 * @param head elements of a head
 * @param keys keys at a time
 * @param groups groups of 128 threads that compute 64 queries each, besides the group that fetches
 * @param stages how many times keys, and as many values, the block's memory holds
 * @param emulated whether units for products compute an eighth of the exponentials
 */
record AttentionTile(int head, int keys, int groups, int stages, boolean emulated) {
    /** Sizes of heads that the source knows. */
    static final Set<Long> HEADS = Set.of(40L, 64L, 80L, 160L);

    /** That many keys, as a text's 77, are taken at once. */
    private static final int FEW_KEYS = 80;

    private static final int MANY_KEYS = 128;

    /** Keys at a time where a thread's registers would not hold the scores of more. */
    private static final int KEYS_OF_LARGE_HEADS = 64;

    private static final int LARGEST_HEAD_FOR_MANY_KEYS = 80;

    /** From here on no kernel of libtorch's or cuDNN's was ever the faster one. */
    private static final int KEYS_OF_LONG_SEQUENCES = 512;

    /** Up to here registers suffice for three groups; and exponentials take longer than products. */
    private static final int SMALL_HEAD = 64;

    private static final int SMALLEST_HEAD = 40;

    private static final int GROUP_THREADS = 128;
    private static final int GROUP_ROWS = 64;
    private static final int COLUMN = 64;
    private static final int ROW_BYTES = 128;
    private static final int ALIGNMENT = 1024;

    /**
     * The fastest as measured on an H100.
     *
     * @param head 40, 64, 80 or 160
     * @param keys keys of the sequence
     */
    @SuppressWarnings("MagicNumber") // groups and stages
    static AttentionTile of(int head, int keys) {
        if (keys <= FEW_KEYS) {
            return new AttentionTile(head, FEW_KEYS, head <= SMALL_HEAD ? 3 : 2, 2, false);
        }
        return new AttentionTile(
                head,
                head <= LARGEST_HEAD_FOR_MANY_KEYS ? MANY_KEYS : KEYS_OF_LARGE_HEADS,
                head <= SMALLEST_HEAD ? 3 : 2,
                3,
                head <= SMALL_HEAD);
    }

    /**
     * Whether the kernel may be the fastest. With few keys an attention is bound by memory: there it wins for heads of 64 alone, and to compile
     * it for others would take a second.
     *
     * @param keys keys of the sequence
     */
    static boolean isWorthTrying(long head, long keys) {
        return HEADS.contains(head) && (keys > FEW_KEYS || head == SMALL_HEAD);
    }

    /**
     * Whether the kernel is faster than all others: so it was at all such sizes of two U-Nets, by a tenth to a third, on an H100.
     *
     * @param keys keys of the sequence
     */
    static boolean isFastest(long head, long keys) {
        return isWorthTrying(head, keys) && keys >= KEYS_OF_LONG_SEQUENCES;
    }

    /** What the source is compiled with. */
    String macros(ScalarType type) {
        return """
                #define HEAD %d
                #define KEYS %d
                #define GROUPS %d
                #define STAGES %d
                #define BFLOAT16 %d
                #define EMULATED %d
                """.formatted(head, keys, groups, stages, type == ScalarType.BFLOAT16 ? 1 : 0, emulated ? 1 : 0);
    }

    /** Queries of a tile. */
    int rows() {
        return groups * GROUP_ROWS;
    }

    /** Tiles of some queries of one head. */
    long tiles(int queries) {
        return (queries - 1) / rows() + 1L;
    }

    int threads() {
        return (groups + 1) * GROUP_THREADS;
    }

    /** Memory that a block shares: the queries, keys and values, in columns of 64 elements. */
    int sharedBytes() {
        int columns = (head - 1) / COLUMN + 1;
        return columns * ROW_BYTES * (rows() + 2 * stages * keys) + ALIGNMENT;
    }
}
