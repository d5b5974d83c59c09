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
    private static final int H200 = 132;
    private static final int ACCESS = 8;

    /** 40 accesses a pixel: six pixels at a time keep 240 of 256 threads busy. */
    @Test
    void slabsKeepThreadsBusy() {
        PixelNormSplit split =
                PixelNormSplit.of(new Shape(2, 320, 128, 128), 32, ACCESS, H200).orElseThrow();
        assertEquals(new PixelNormSplit(320, 320, 10, 16_384, 32), split);
        assertEquals(512, split.chunks());
    }

    /** 320 accesses are more than a block has threads. */
    @Test
    void wideMapsAreSplitBetweenGroups() {
        PixelNormSplit split =
                PixelNormSplit.of(new Shape(2, 2560, 32, 32), 32, ACCESS, H200).orElseThrow();
        assertEquals(0, 2560 % split.width());
        assertEquals(0, split.width() % 80);
        assertTrue(split.width() / ACCESS <= 256);
    }

    /** The groups of a small map are as far apart as whole accesses allow: 40 channels are five accesses. */
    @Test
    void smallMapsTakeOneLaunch() {
        PixelNormSplit split =
                PixelNormSplit.ofSmall(new Shape(2, 640, 32, 32), 32, ACCESS).orElseThrow();
        assertEquals(new PixelNormSplit(640, 40, 20, 1024, 1024), split);
        assertTrue(split.takesOneLaunch());
        assertEquals(Optional.empty(), PixelNormSplit.ofSmall(new Shape(2, 640, 64, 64), 32, ACCESS));
        assertEquals(Optional.empty(), PixelNormSplit.ofSmall(new Shape(1, 12, 5, 5), 4, ACCESS));
    }

    @Test
    void mapsWithoutWholeAccessesHaveNone() {
        assertEquals(Optional.empty(), PixelNormSplit.of(new Shape(1, 12, 5, 5), 4, ACCESS, H200));
    }

    /** Slabs are whole groups and whole accesses and cover the channels; chunks cover the pixels, and none is empty. */
    @Property
    void blocksCoverTheMap(
            @ForAll @IntRange(min = 1, max = 9) int n,
            @ForAll @IntRange(min = 1, max = 40) int groups,
            @ForAll @IntRange(min = 1, max = 99) int group,
            @ForAll @IntRange(min = 1, max = 70_000) int pixels,
            @ForAll @IntRange(min = 1, max = 200) int multiprocessors) {
        PixelNormSplit.of(new Shape(n, (long) groups * group, pixels, 1), groups, ACCESS, multiprocessors)
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
