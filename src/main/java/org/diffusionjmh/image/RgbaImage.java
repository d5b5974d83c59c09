package org.diffusionjmh.image;

import java.io.IOException;
import java.nio.file.Path;

/** A picture with alpha: {@code [height, width, 4]} uint8, colours not multiplied by alpha. Immutable. */
public final class RgbaImage {
    private static final int CHANNELS = 4;
    private static final int ALPHA = 3;
    private static final int OPAQUE = 255;

    private final int height;
    private final int width;
    private final byte[] pixels;

    RgbaImage(int height, int width, byte[] pixels) {
        Pixels.check(height, width, CHANNELS, pixels.length);
        this.height = height;
        this.width = width;
        this.pixels = pixels;
    }

    /** Reads a file as {@link RgbImage#read} does, but keeps its alpha; where there is none, all is opaque. */
    public static RgbaImage read(Path file) throws IOException {
        return ImageDecoder.read(file);
    }

    public int height() {
        return height;
    }

    public int width() {
        return width;
    }

    /** The colours alone: what lies behind transparent parts shows. */
    public RgbImage toRgb() {
        byte[] rgb = new byte[height * width * RgbImage.CHANNELS];
        for (int from = 0, to = 0; from < pixels.length; from += CHANNELS, to += RgbImage.CHANNELS) {
            System.arraycopy(pixels, from, rgb, to, RgbImage.CHANNELS);
        }
        return RgbImage.owning(height, width, rgb);
    }

    /** Resizes as Pillow does with alpha: multiplied into the colours before, in 8 bits, and divided out afterwards. */
    public RgbaImage resize(int newHeight, int newWidth) {
        if (newHeight == height && newWidth == width) {
            return this;
        }
        byte[] resized = LanczosResampling.resize(multiplied(), CHANNELS, height, width, newHeight, newWidth);
        divide(resized);
        return new RgbaImage(newHeight, newWidth, resized);
    }

    private byte[] multiplied() {
        byte[] result = pixels.clone();
        for (int pixel = 0; pixel < result.length; pixel += CHANNELS) {
            int alpha = Byte.toUnsignedInt(result[pixel + ALPHA]);
            for (int i = pixel; i < pixel + ALPHA; i++) {
                // The nearest integer to a * b / 255.
                int product = Byte.toUnsignedInt(result[i]) * alpha + 128;
                result[i] = (byte) (((product >> 8) + product) >> 8);
            }
        }
        return result;
    }

    private static void divide(byte[] pixels) {
        for (int pixel = 0; pixel < pixels.length; pixel += CHANNELS) {
            int alpha = Byte.toUnsignedInt(pixels[pixel + ALPHA]);
            if (alpha == 0 || alpha == OPAQUE) {
                continue;
            }
            for (int i = pixel; i < pixel + ALPHA; i++) {
                pixels[i] = (byte) Math.min(OPAQUE, OPAQUE * Byte.toUnsignedInt(pixels[i]) / alpha);
            }
        }
    }
}
