package org.diffusionjmh.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.types.Shape;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PixelNormSplitTest {
    /** On 132 multiprocessors. */
    private static final int BLOCKS = 5 * 132;

    private static final int ACCESS = 8;

    /** Ten accesses a pixel of a slab: 25 pixels at a time keep 250 of 256 threads busy, and all blocks run at once. */
    @Test
    void slabsKeepThreadsBusy() {
        PixelNormSplit split = PixelNormSplit.of(new Shape(2, 320, 128, 128), 32, ACCESS, BLOCKS)
                .orElseThrow();
        assertEquals(new PixelNormSplit(320, 80, 10, 16_384, 200), split);
        assertEquals(82, split.chunks());
    }

    /** 320 accesses are more than a block has threads. */
    @Test
    void wideMapsAreSplitBetweenGroups() {
        PixelNormSplit split = PixelNormSplit.of(new Shape(2, 2560, 32, 32), 32, ACCESS, BLOCKS)
                .orElseThrow();
        assertEquals(0, 2560 % split.width());
        assertEquals(0, split.width() % 80);
        assertTrue(split.width() / ACCESS <= 256);
    }

    @Test
    void mapsWithoutWholeAccessesHaveNone() {
        assertEquals(Optional.empty(), PixelNormSplit.of(new Shape(1, 12, 5, 5), 4, ACCESS, BLOCKS));
    }

    /** Slabs are whole groups and whole accesses and cover the channels; chunks cover the pixels, and none is empty. */
    @Property
    void blocksCoverTheMap(
            @ForAll @IntRange(min = 1, max = 9) int n,
            @ForAll @IntRange(min = 1, max = 40) int groups,
            @ForAll @IntRange(min = 1, max = 99) int group,
            @ForAll @IntRange(min = 1, max = 70_000) int pixels,
            @ForAll @IntRange(min = 1, max = 1000) int blocks) {
        PixelNormSplit.of(new Shape(n, (long) groups * group, pixels, 1), groups, ACCESS, blocks)
                .ifPresent(split -> {
                    assertEquals(0, split.width() % group);
                    assertEquals(0, split.width() % ACCESS);
                    assertTrue(split.width() / ACCESS <= 256);
                    assertEquals(groups * group, split.slabs() * split.width());
                    assertTrue(split.chunks() * (long) split.chunk() >= pixels);
                    assertTrue((split.chunks() - 1) * (long) split.chunk() < pixels);
                    assertTrue(split.chunks() <= 65_535);
                });
    }
}
