package org.diffusionjmh.report.html;

import java.nio.ByteBuffer;
import java.util.Base64;
import org.diffusionjmh.image.ImageFormat;
import org.diffusionjmh.image.RgbImage;

/** Pictures within the page. */
final class PictureData {
    /** What differences are multiplied with, so that small ones are seen. */
    static final int GAIN = 8;

    private static final int LARGEST_SIDE = 640;
    private static final int WHITE = 255;

    private PictureData() {}

    /** A picture as the address of an {@code img} element: a JPEG, made smaller if it is large. */
    static String address(RgbImage picture) {
        int side = Math.max(picture.height(), picture.width());
        RgbImage shown = side <= LARGEST_SIDE
                ? picture
                : picture.resize(
                        Math.max(1, picture.height() * LARGEST_SIDE / side),
                        Math.max(1, picture.width() * LARGEST_SIDE / side));
        return "data:image/jpeg;base64," + Base64.getEncoder().encodeToString(shown.encoded(ImageFormat.JPEG));
    }

    /** How far two pictures of one size are apart, value by value, times {@link #GAIN}; black is equal. */
    static RgbImage difference(RgbImage first, RgbImage second) {
        ByteBuffer a = first.pixels();
        ByteBuffer b = second.pixels();
        byte[] difference = new byte[a.remaining()];
        for (int i = 0; i < difference.length; i++) {
            int apart = Math.abs(Byte.toUnsignedInt(a.get(i)) - Byte.toUnsignedInt(b.get(i)));
            difference[i] = (byte) Math.min(WHITE, apart * GAIN);
        }
        return RgbImage.of(first.height(), first.width(), difference);
    }
}
