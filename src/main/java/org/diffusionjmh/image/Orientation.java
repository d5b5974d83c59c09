package org.diffusionjmh.image;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How a camera held the picture: EXIF's orientation tag, in the order of its values 1 to 8. Each says what must be done to the stored
 * rows: optionally swap rows with columns, then optionally mirror left and right, top and bottom.
 */
enum Orientation {
    UPRIGHT(false, false, false),
    MIRRORED(false, true, false),
    UPSIDE_DOWN(false, true, true),
    FLIPPED(false, false, true),
    TRANSPOSED(true, false, false),
    TURNED_LEFT(true, true, false),
    TRANSVERSED(true, true, true),
    TURNED_RIGHT(true, false, true);

    private static final int TAG = 0x0112;
    private static final int SHORT = 3;

    private final boolean swap;
    private final boolean mirror;
    private final boolean flip;

    Orientation(boolean swap, boolean mirror, boolean flip) {
        this.swap = swap;
        this.mirror = mirror;
        this.flip = flip;
    }

    /** Reads the tag from EXIF data, which is a TIFF header and its first directory; {@code UPRIGHT} if it is not there or unreadable. */
    static Orientation ofExif(ByteBuffer exif) {
        ByteBuffer tiff = exif.slice();
        try {
            short mark = tiff.getShort();
            tiff.order(mark == 0x4949 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
            if (tiff.getShort() != 42) {
                return UPRIGHT;
            }
            tiff.position(tiff.getInt());
            int entries = Short.toUnsignedInt(tiff.getShort());
            for (int i = 0; i < entries; i++) {
                // An entry: u16 tag, u16 type, u32 count, then the value or its offset in four bytes.
                int tag = Short.toUnsignedInt(tiff.getShort());
                int type = tiff.getShort();
                tiff.getInt();
                int value = type == SHORT
                        ? Short.toUnsignedInt(
                                tiff.duplicate().order(tiff.order()).getShort())
                        : 0;
                tiff.getInt();
                if (tag == TAG) {
                    return value >= 1 && value <= values().length ? values()[value - 1] : UPRIGHT;
                }
            }
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            // Half an EXIF block is no reason to refuse a picture; nor is it one to Pillow.
            return UPRIGHT;
        }
        return UPRIGHT;
    }

    /** The picture turned upright; {@code pixels} is {@code [height, width, 4]}. */
    RgbaImage upright(byte[] pixels, int height, int width) {
        if (this == UPRIGHT) {
            return new RgbaImage(height, width, pixels);
        }
        int newHeight = swap ? width : height;
        int newWidth = swap ? height : width;
        byte[] turned = new byte[pixels.length];
        for (int y = 0; y < newHeight; y++) {
            for (int x = 0; x < newWidth; x++) {
                int fromY = flip ? newHeight - 1 - y : y;
                int fromX = mirror ? newWidth - 1 - x : x;
                int from = swap ? fromX * width + fromY : fromY * width + fromX;
                System.arraycopy(pixels, from * 4, turned, (y * newWidth + x) * 4, 4);
            }
        }
        return new RgbaImage(newHeight, newWidth, turned);
    }
}
