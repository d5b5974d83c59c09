package org.diffusionjmh.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The figures are those of a straightforward numpy computation with two-dimensional windows. */
class ImageComparisonTest {
    private final RgbImage image = TestImages.pattern(24, 37);

    @Test
    void anImageEqualsItself() {
        assertEquals(
                new ImageComparison(Double.POSITIVE_INFINITY, 1, 0),
                ImageComparison.of(image, TestImages.pattern(24, 37)));
    }

    @Test
    void littleNoise() {
        ImageComparison comparison = ImageComparison.of(image, TestImages.noisy(image));
        assertEquals(34.393636574816554, comparison.psnr(), 1e-9);
        assertEquals(0.9971506847850451, comparison.ssim(), 1e-9);
        assertEquals(8, comparison.maxDifference());
    }

    @Test
    void theNegative() {
        ImageComparison comparison = ImageComparison.of(image, TestImages.inverted(image));
        assertEquals(4.836065581564421, comparison.psnr(), 1e-9);
        assertEquals(-0.9057565889624805, comparison.ssim(), 1e-9);
        assertEquals(255, comparison.maxDifference());
    }

    @Test
    void refusesDifferentSizes() {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> ImageComparison.of(image, TestImages.pattern(37, 24)));
        assertTrue(e.getMessage().contains("24 x 37 with one of 37 x 24"), e.getMessage());
    }

    @Test
    void refusesWhatIsSmallerThanTheWindow() {
        RgbImage small = TestImages.pattern(10, 40);
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> ImageComparison.of(small, small));
        assertTrue(e.getMessage().contains("at least 11 x 11 pixels, these are 10 x 40"), e.getMessage());
    }
}
