package org.diffusionjmh.kernel;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A box of pixels that a block of {@code conv.cu} computes.
 *
 * @param width pixels side by side
 * @param height pixels above one another
 * @param batches maps of which the box has that many pixels each
 */
record PixelBox(int width, int height, int batches) {
    /** Which boxes leave the least idle, and of those which see the fewest neighbours. */
    private static Comparator<PixelBox> best(Maps maps) {
        return Comparator.<PixelBox>comparingLong(box -> box.count(maps)).thenComparingLong(PixelBox::seen);
    }

    /**
     * Feature maps.
     *
     * @param batches how many
     */
    record Maps(int batches, int height, int width) {}

    /**
     * The box of some pixels that suits some maps best.
     *
     * @param pixels a multiple of 64
     */
    static PixelBox of(int pixels, Maps maps) {
        List<PixelBox> boxes = new ArrayList<>();
        for (int width = 1; width <= pixels; width++) {
            for (int height = 1; pixels % width == 0 && height <= pixels / width; height++) {
                if (pixels / width % height == 0) {
                    boxes.add(new PixelBox(width, height, pixels / width / height));
                }
            }
        }
        return boxes.stream().min(best(maps)).orElseThrow();
    }

    /** Boxes that cover the maps. */
    long count(Maps maps) {
        return HopperProducts.ceil(maps.width(), width)
                * HopperProducts.ceil(maps.height(), height)
                * HopperProducts.ceil(maps.batches(), batches);
    }

    /** Pixels that a window of 3x3 sees around the box's. */
    private long seen() {
        return (width + 2L) * (height + 2L) * batches;
    }
}
