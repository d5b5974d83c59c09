package org.diffusionjmh.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.diffusionjmh.graph.ConvTile;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class ConvTilesTest {
    private static final int H100 = 132;

    /** Sizes of the networks are covered without a pixel left over. */
    @Test
    void boxesFitUsualMaps() {
        assertEquals(4 * 64, PixelBox.of(128, new PixelBox.Maps(2, 128, 128)).count(new PixelBox.Maps(2, 128, 128)));
        assertEquals(new PixelBox(8, 8, 3), PixelBox.of(192, new PixelBox.Maps(3, 8, 8)));
        PixelBox.Maps odd = new PixelBox.Maps(1, 24, 24);
        assertEquals(6, PixelBox.of(128, odd).count(odd)); // 4.5 boxes of pixels
    }

    /** Every box has the pixels that were asked for, and boxes cover the maps. */
    @RepeatedTest(20)
    void boxesCover() {
        Random random = new Random();
        PixelBox.Maps maps = new PixelBox.Maps(1 + random.nextInt(6), 1 + random.nextInt(150), 1 + random.nextInt(150));
        for (int pixels : List.of(128, 192)) {
            PixelBox box = PixelBox.of(pixels, maps);
            assertEquals(pixels, box.width() * box.height() * box.batches());
            long least = ((long) maps.batches() * maps.height() * maps.width() - 1) / pixels + 1;
            assertTrue(box.count(maps) >= least, box + " of " + maps);
        }
    }

    /** Where 192 pixels make 128 tiles of what 128 pixels make 192 of, they keep 132 multiprocessors busy once, not one and a half times. */
    @Test
    void prefersTilesThatLeaveTheLeastIdle() {
        assertEquals(
                new ConvTile(192, 160),
                ConvTiles.worthTrying(new PixelBox.Maps(3, 64, 64), 320, 2880, H100)
                        .get(0));
        assertEquals(
                new ConvTile(128, 160),
                ConvTiles.worthTrying(new PixelBox.Maps(2, 32, 32), 1280, 11520, H100)
                        .get(0));
        assertEquals(
                2,
                ConvTiles.worthTrying(new PixelBox.Maps(1, 8, 8), 40, 72, H100).size());
    }

    /** Long sums that keep few multiprocessors busy are computed faster in parts, and results of few channels in narrower tiles. */
    @Test
    void leavesToCudnnWhatItAlwaysComputedFaster() {
        PixelBox.Maps small = new PixelBox.Maps(3, 12, 12);
        assertEquals(List.of(), ConvTiles.worthTrying(small, 1280, 11520, H100));
        assertEquals(2, ConvTiles.worthTrying(small, 1280, 2880, H100).size());
        assertEquals(
                2,
                ConvTiles.worthTrying(new PixelBox.Maps(3, 16, 16), 1280, 11520, H100)
                        .size());
        assertEquals(List.of(), ConvTiles.worthTrying(new PixelBox.Maps(1, 128, 128), 8, 4608, H100));
    }
}
