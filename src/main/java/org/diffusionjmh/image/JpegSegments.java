package org.diffusionjmh.image;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Walks over the segments before the picture data of a JPEG file. */
final class JpegSegments {
    private static final int APP1 = 0xE1;
    private static final int START_OF_SCAN = 0xDA;
    private static final byte[] EXIF = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);

    private JpegSegments() {}

    /** What the first EXIF segment says; a file that breaks off is left to the decoder to refuse. */
    static Orientation orientation(byte[] bytes) {
        // Each segment: 0xFF, marker, u16 big-endian length that counts itself, the data. The file's own marker has two
        // bytes only.
        ByteBuffer data = ByteBuffer.wrap(bytes).position(2);
        while (data.remaining() >= 4 && data.get() == (byte) 0xFF) {
            int marker = Byte.toUnsignedInt(data.get());
            if (marker == 0xFF) {
                data.position(data.position() - 1);
                continue;
            }
            int length = Short.toUnsignedInt(data.getShort()) - 2;
            if (marker == START_OF_SCAN || length < 0 || length > data.remaining()) {
                break;
            }
            int start = data.position();
            if (marker == APP1
                    && length >= EXIF.length
                    && Arrays.equals(bytes, start, start + EXIF.length, EXIF, 0, EXIF.length)) {
                return Orientation.ofExif(data.slice(start + EXIF.length, length - EXIF.length));
            }
            data.position(start + length);
        }
        return Orientation.UPRIGHT;
    }
}
