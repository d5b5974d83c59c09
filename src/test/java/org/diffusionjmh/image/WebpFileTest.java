package org.diffusionjmh.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading WebP files. The samples were written by Pillow: a grey picture of 2 rows and 3 columns, with the levels 0, 40, ... 200. */
class WebpFileTest {
    private static final String LOSSLESS = "UklGRi4AAABXRUJQVlA4TCIAAAAvAkAAAC8gEEjC2V9xiUEZlPlPbENN2wZsqPMvp0b0P6YX";
    private static final String LOSSY =
            "UklGRjgAAABXRUJQVlA4ICwAAACQAQCdASoDAAIAAIAIJaQAAudFrAAA/sq/+3v/75P/+1dv2yV//JzqBQAAAA==";
    private static final String TURNED_RIGHT =
            "UklGRmIAAABXRUJQVlA4WAoAAAAIAAAAAgAAAQAAVlA4TCIAAAAvAkAAAC8gEEjC2V9xiUEZlPlPbENN2wZsqPMvp0b0P6YXRVhJRhoAAABN"
                    + "TQAqAAAACAABARIAAwAAAAEABgAAAAAAAAA=";
    private static final String ANIMATED =
            "UklGRqYAAABXRUJQVlA4WAoAAAACAAAAAgAAAQAAQU5JTQYAAAAAAAAAAABBTk1GOgAAAAAAAAAAAAIAAAEAAAAAAAJWUDhMIgAAAC8CQAAALyAQ"
                    + "SMLZX3GJQRmU+U9sQ03bBmyo8y+nRvQ/phdBTk1GOAAAAAAAAAAAAAIAAAEAAAAAAABWUDhMIAAAAC8CQAAALyAQSMLZX3GJQRmU+U9sg0CA"
                    + "MlY88ElE/+Md";

    /** One pixel: 16, 32, 48, alpha 64. */
    private static final String TRANSPARENT = "UklGRh4AAABXRUJQVlA4TBEAAAAvAAAAEAdQkEIUpkCBiOh/AAA=";

    @TempDir
    private Path folder;

    private Path file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("a.webp"), bytes);
    }

    private static byte[] bytes(String sample) {
        return Base64.getDecoder().decode(sample);
    }

    private static RgbImage grey(int height, int width, int... levels) {
        byte[] pixels = new byte[levels.length * RgbImage.CHANNELS];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (levels[i / RgbImage.CHANNELS] * 40);
        }
        return RgbImage.of(height, width, pixels);
    }

    @Test
    void readsLosslessAndLossyPictures() throws IOException {
        assertEquals(grey(2, 3, 0, 1, 2, 3, 4, 5), RgbImage.read(file(bytes(LOSSLESS))));
        RgbImage lossy = RgbImage.read(file(bytes(LOSSY)));
        for (int i = 0; i < 6; i++) {
            assertEquals(i * 40, lossy.get(i / 3, i % 3, 0), 8);
        }
    }

    @Test
    void turnsPicturesUpright() throws IOException {
        assertEquals(grey(3, 2, 3, 0, 4, 1, 5, 2), RgbImage.read(file(bytes(TURNED_RIGHT))));
    }

    @Test
    void dropsAlpha() throws IOException {
        assertEquals(RgbImage.of(1, 1, new byte[] {16, 32, 48}), RgbImage.read(file(bytes(TRANSPARENT))));
    }

    @Test
    void refusesAnimations() throws IOException {
        assertRefused(bytes(ANIMATED), "an animated WEBP picture; want a still one");
    }

    /** The size stands in the first bytes of the VP8L chunk: 14 bits each of width - 1 and height - 1. */
    @Test
    void refusesAHugePictureBeforeDecodingIt() throws IOException {
        byte[] huge = bytes(LOSSLESS);
        ByteBuffer.wrap(huge).order(ByteOrder.LITTLE_ENDIAN).putInt(21, 16383 | 16383 << 14);
        assertRefused(huge, "16384 x 16384 pixels are too many");
    }

    @Test
    void refusesTruncatedFiles() throws IOException {
        byte[] whole = bytes(LOSSY);
        for (int length = 0; length < whole.length - 1; length += 3) {
            assertRefused(Arrays.copyOf(whole, length), "");
        }
    }

    @Test
    void writesNone() {
        ImageFileException e =
                assertThrows(ImageFileException.class, () -> grey(1, 1, 1).write(folder.resolve("a.webp")));
        assertTrue(e.getMessage().endsWith("WebP pictures are read, but not written; want one of .png, .jpg, .jpeg"));
    }

    /** Whatever byte is changed, the file is read or refused by name; no other exception comes out. */
    @Property(tries = 300)
    void anyDamageIsReadOrRefused(@ForAll @IntRange(max = 1000) int at, @ForAll byte value, @ForAll boolean lossy)
            throws IOException {
        byte[] damaged = bytes(lossy ? LOSSY : LOSSLESS);
        damaged[at % damaged.length] = value;
        Path file = Files.createTempFile("damaged", ".webp");
        try {
            RgbImage.read(Files.write(file, damaged));
        } catch (ImageFileException e) {
            assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
        } finally {
            Files.delete(file);
        }
    }

    private void assertRefused(byte[] bytes, String reason) throws IOException {
        Path file = file(bytes);
        ImageFileException e = assertThrows(ImageFileException.class, () -> RgbImage.read(file));
        assertTrue(e.getMessage().startsWith(file + ": " + reason), e.getMessage());
    }
}
