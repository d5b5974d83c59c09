package org.diffusionjmh.kernel;

import java.util.Comparator;
import java.util.List;
import org.diffusionjmh.graph.ConvTile;

/** The tiles that {@code conv.cu} is compiled for, and which of them may be the fastest. */
final class ConvTiles {
    static final List<ConvTile> ALL = List.of(
            new ConvTile(128, 160),
            new ConvTile(192, 160),
            new ConvTile(128, 256),
            new ConvTile(192, 128),
            new ConvTile(128, 128),
            new ConvTile(192, 80),
            new ConvTile(128, 80));

    /** How many are worth the second that compiling one takes. */
    private static final int TRIED = 2;

    /** Less than half of the narrowest tile. */
    private static final int FEWEST_COLUMNS = 32;

    /** Where a multiprocessor's sums are so long, several share them in cuDNN's kernels, but not in this project's. */
    private static final int DEEP = 5760;

    /** Of a GPU's multiprocessors, that then have to be at work without sharing. */
    private static final double SMALL_SHARE = 0.25;

    /** Elements. */
    private static final double USUAL_TILE = 128.0 * 160;

    /** Of a block's elements: what reading operands to multiply costs besides. A narrow tile reads as many pixels as a wide one. */
    private static final double READ_ROW = 30;

    private static final double READ_COLUMN = 20;

    private ConvTiles() {}

    /**
     * Those that leave the least of a GPU idle, best first; none where cuDNN's kernels always were faster.
     *
     * @param maps of the result
     * @param columns channels of the result
     * @param depth factors of each element's sum
     */
    static List<ConvTile> worthTrying(PixelBox.Maps maps, int columns, int depth, int multiprocessors) {
        double share = (double) maps.batches() * maps.height() * maps.width() * columns / USUAL_TILE / multiprocessors;
        if (columns < FEWEST_COLUMNS || (depth >= DEEP && share < SMALL_SHARE)) {
            return List.of();
        }
        return ALL.stream()
                .sorted(Comparator.comparingDouble(tile -> time(tile, maps, columns, multiprocessors)))
                .limit(TRIED)
                .toList();
    }

    /**
     * Clusters for a result, each of which takes a tile.
     *
     * @param boxes of the tile's pixels, that cover the result
     */
    static long clusters(ConvTile tile, long boxes, int columns) {
        return HopperProducts.ceil(boxes, HopperProducts.CLUSTER) * HopperProducts.ceil(columns, tile.columns());
    }

    /** In products of one element, for each of the depth. */
    private static double time(ConvTile tile, PixelBox.Maps maps, int columns, int multiprocessors) {
        long boxes = PixelBox.of(tile.rows(), maps).count(maps);
        long rounds = HopperProducts.ceil(clusters(tile, boxes, columns), multiprocessors / HopperProducts.CLUSTER);
        return rounds * ((tile.rows() + READ_COLUMN) * (tile.columns() + READ_ROW));
    }
}
