package org.diffusionjmh.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ReadOnlyBufferException;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A picture keeps its own pixels, and is resized as Pillow 12.3 resizes it. */
class RgbImageTest {
    @Test
    void nobodyElseCanChangeThePixels() {
        byte[] pixels = {1, 2, 3};
        RgbImage image = RgbImage.of(1, 1, pixels);
        pixels[0] = 9;
        assertEquals(1, image.get(0, 0, 0));
        assertThrows(ReadOnlyBufferException.class, () -> image.pixels().put(0, (byte) 9));
        assertEquals(RgbImage.of(1, 1, new byte[] {1, 2, 3}), image);
    }

    @ParameterizedTest
    @CsvSource({"1, 2, 3", "0, 5, 0", "-1, -1, 3", "40000, 40000, 3"})
    void refusesPixelsThatDoNotFillTheSize(int height, int width, int length) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> RgbImage.of(height, width, new byte[length]));
        assertTrue(e.getMessage().startsWith("a picture of height " + height + ", width " + width), e.getMessage());
    }

    /** The checksums are zlib.crc32 of numpy.array(image.resize((width, height), Image.LANCZOS)) of the same picture. */
    @ParameterizedTest
    @CsvSource({
        "24, 37, 2018371101",
        "1, 1, 4024351918",
        "5, 37, 1230245466",
        "24, 9, 11055585",
        "100, 150, 1372585018",
        "48, 74, 268003204",
        "7, 200, 2968274310",
        "23, 36, 1235477476",
        "512, 512, 2827426893"
    })
    void resizesToTheBitAsPillow(int height, int width, long crc) {
        RgbImage resized = TestImages.pattern(24, 37).resize(height, width);
        assertEquals(height, resized.height());
        assertEquals(width, resized.width());
        CRC32 actual = new CRC32();
        actual.update(resized.pixels());
        assertEquals(crc, actual.getValue());
    }

    @Test
    void refusesToResizeToNothing() {
        RgbImage image = TestImages.pattern(4, 4);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> image.resize(0, 4));
        assertEquals("cannot resize to height 0, width 4; want at least 1", e.getMessage());
    }

    @Test
    void refusesToResizeBeyondAnArray() {
        RgbImage image = TestImages.pattern(4, 4);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> image.resize(40_000, 40_000));
        assertTrue(e.getMessage().contains("would be larger than"), e.getMessage());
    }
}
