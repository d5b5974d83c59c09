package org.diffusionjmh.image;

/** The size rule that all pictures share. */
final class Pixels {
    private Pixels() {}

    static void check(int height, int width, int channels, int length) {
        if (height < 1 || width < 1 || (long) height * width * channels != length) {
            throw new IllegalArgumentException(
                    "a picture of height " + height + ", width " + width + " and " + channels + " channels cannot have "
                            + length + " values; want sides of at least 1 and height * width * channels values");
        }
    }
}
