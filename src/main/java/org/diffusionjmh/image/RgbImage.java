package org.diffusionjmh.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/** A picture: {@code [height, width, 3]} uint8, red, green, blue, rows from the top. Immutable. */
public final class RgbImage {
    /** Bytes a pixel takes. */
    public static final int CHANNELS = 3;

    private final int height;
    private final int width;
    private final byte[] pixels;

    /** Keeps {@code pixels} without copying: for this package, where nobody writes to them afterwards. */
    private RgbImage(int height, int width, byte[] pixels) {
        this.height = height;
        this.width = width;
        this.pixels = pixels;
    }

    /**
     * Makes a picture of a copy of {@code pixels}.
     *
     * @throws IllegalArgumentException if there are not {@code height * width * 3} of them
     */
    public static RgbImage of(int height, int width, byte[] pixels) {
        return owning(height, width, pixels.clone());
    }

    static RgbImage owning(int height, int width, byte[] pixels) {
        Pixels.check(height, width, CHANNELS, pixels.length);
        return new RgbImage(height, width, pixels);
    }

    /**
     * Reads a PNG, JPEG or WebP file as diffusers' {@code load_image} does: turned upright as its EXIF orientation says, grey and palette
     * colours made RGB, alpha dropped, 16-bit colours cut to their high byte (Pillow clips grey ones instead), colour profiles ignored.
     *
     * @throws ImageFileException if the file is none of these, is broken, or has more than 2^26 pixels (checked before decoding)
     * @throws IOException if it cannot be read
     */
    public static RgbImage read(Path file) throws IOException {
        return RgbaImage.read(file).toRgb();
    }

    /**
     * Writes a PNG or JPEG file, by the extension; folders above it are created. The file appears whole or not at all: it is
     * written under another name beside its place and then moved there.
     *
     * @throws ImageFileException if the extension is unknown or the place cannot be written to
     */
    public void write(Path file) throws IOException {
        ImageEncoder.write(this, file);
    }

    /** The picture as the content of a file. */
    public byte[] encoded(ImageFormat format) {
        return ImageEncoder.encode(this, format);
    }

    public int height() {
        return height;
    }

    public int width() {
        return width;
    }

    /** The pixels, read only, without a copy. */
    public ByteBuffer pixels() {
        return ByteBuffer.wrap(pixels).asReadOnlyBuffer();
    }

    /** One value, 0 to 255; channel 0 is red. */
    public int get(int y, int x, int channel) {
        return Byte.toUnsignedInt(pixels[(y * width + x) * CHANNELS + channel]);
    }

    /**
     * Resizes with Pillow's Lanczos filter, to the last bit.
     *
     * @throws IllegalArgumentException if a side is below 1, or the picture would not fit into an array
     */
    public RgbImage resize(int newHeight, int newWidth) {
        return owning(
                newHeight, newWidth, LanczosResampling.resize(pixels, CHANNELS, height, width, newHeight, newWidth));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RgbImage image
                && height == image.height
                && width == image.width
                && Arrays.equals(pixels, image.pixels);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(pixels) * 31 + width;
    }

    @Override
    public String toString() {
        return "RgbImage[" + height + ", " + width + "]";
    }
}
