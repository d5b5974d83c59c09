package org.diffusionjmh.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.types.Shape;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class GroupNormSplitTest {
    private static final int H200 = 132;

    /** Of SDXL at 1024 pixels there are 64 groups: 16 blocks each fill the GPU, and none has to wait for another. */
    @Test
    void largeGroupsAreSplit() {
        GroupNormSplit split = GroupNormSplit.of(new Shape(2, 320, 128, 128), 32, H200);
        assertEquals(new GroupNormSplit(64, 163_840, 16_384, 10_240), split);
        assertEquals(16, split.chunks());
    }

    @Test
    void smallGroupsAreNot() {
        assertEquals(1, GroupNormSplit.of(new Shape(2, 1280, 5, 7), 32, H200).chunks());
    }

    /** Chunks cover the group, begin where wide accesses may, and none is empty. */
    @Property
    void chunksCoverTheGroup(
            @ForAll @IntRange(min = 1, max = 9) int n,
            @ForAll @IntRange(min = 1, max = 40) int groups,
            @ForAll @IntRange(min = 1, max = 5) int channels,
            @ForAll @IntRange(min = 1, max = 300_000) int spatial,
            @ForAll @IntRange(min = 1, max = 200) int multiprocessors) {
        GroupNormSplit split =
                GroupNormSplit.of(new Shape(n, (long) groups * channels, spatial), groups, multiprocessors);
        assertEquals(n * groups, split.rows());
        assertEquals(channels * spatial, split.length());
        assertEquals(0, split.chunk() % 8);
        assertTrue(split.chunks() * (long) split.chunk() >= split.length());
        assertTrue((split.chunks() - 1) * (long) split.chunk() < split.length());
    }

    @Test
    void refusesGroupsThatDoNotDivide() {
        Shape shape = new Shape(2, 10, 4, 4);
        String message = assertThrows(IllegalArgumentException.class, () -> GroupNormSplit.of(shape, 3, H200))
                .getMessage();
        assertEquals("group_norm: 3 groups do not divide the channels of (2, 10, 4, 4)", message);
    }
}
