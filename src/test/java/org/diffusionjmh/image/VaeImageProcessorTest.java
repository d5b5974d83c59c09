package org.diffusionjmh.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** What the fixture does not show: both ranges, rounding, sizes that are no multiples. */
class VaeImageProcessorTest {
    private final VaeImageProcessor normalizing = new VaeImageProcessor(8, true);
    private final VaeImageProcessor unit = new VaeImageProcessor(8, false);

    @Test
    void sizesAreCutToMultiples() {
        RgbImage input = unit.resize(TestImages.pattern(16, 24), 23, 15);
        assertEquals(16, input.height());
        assertEquals(8, input.width());
    }

    @Test
    void valuesAreClippedAndRoundedHalfToEven() {
        RgbImage pixels = unit.postprocess(FloatImage.of(1, 1, new float[] {-3, 3, 0.5f}));
        assertEquals(0, pixels.get(0, 0, 0));
        assertEquals(255, pixels.get(0, 0, 1));
        assertEquals(128, pixels.get(0, 0, 2)); // 127.5
        assertEquals(
                RgbImage.of(1, 1, new byte[] {0, (byte) 255, (byte) 191}), // 191.25
                normalizing.postprocess(FloatImage.of(1, 1, new float[] {-3, 3, 0.5f})));
    }

    @Test
    void refusesSizesBelowTheFactor() {
        RgbImage image = TestImages.pattern(16, 24);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> unit.resize(image, 16, 7));
        assertEquals("width is 7, want at least 8 pixels", e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new VaeImageProcessor(0, true));
    }

    @Test
    void croppingToTheSameSizeChangesNothing() {
        FloatImage image = FloatImage.of(2, 2, new float[12]);
        assertSame(image, image.resizeAndCrop(2, 2));
    }
}
