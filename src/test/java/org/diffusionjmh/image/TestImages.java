package org.diffusionjmh.image;

/** Pictures made by formula, so that numpy and Pillow can be given the very same ones. */
final class TestImages {
    private TestImages() {}

    /** {@code (7 y + 13 x + 29 c + x y) mod 256}. */
    static RgbImage pattern(int height, int width) {
        byte[] pixels = new byte[height * width * 3];
        for (int i = 0; i < pixels.length; i++) {
            int x = i / 3 % width;
            int y = i / 3 / width;
            pixels[i] = (byte) (y * 7 + x * 13 + i % 3 * 29 + y * x);
        }
        return RgbImage.of(height, width, pixels);
    }

    /** The picture plus {@code (31 y + 17 x + 5 c) mod 17 - 8}, clipped. */
    static RgbImage noisy(RgbImage image) {
        byte[] pixels = new byte[image.height() * image.width() * 3];
        for (int i = 0; i < pixels.length; i++) {
            int x = i / 3 % image.width();
            int y = i / 3 / image.width();
            int noise = (y * 31 + x * 17 + i % 3 * 5) % 17 - 8;
            pixels[i] = (byte) Math.max(0, Math.min(255, image.get(y, x, i % 3) + noise));
        }
        return RgbImage.of(image.height(), image.width(), pixels);
    }

    /** 255 minus the picture. */
    static RgbImage inverted(RgbImage image) {
        byte[] pixels = new byte[image.height() * image.width() * 3];
        image.pixels().get(pixels);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) ~pixels[i];
        }
        return RgbImage.of(image.height(), image.width(), pixels);
    }
}
