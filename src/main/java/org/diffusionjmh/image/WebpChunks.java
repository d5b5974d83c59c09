package org.diffusionjmh.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** Walks over the chunks of a WebP file. */
final class WebpChunks {
    /** {@code RIFF}, the size, {@code WEBP}. */
    private static final int HEADER_BYTES = 12;

    private static final int CHUNK_HEADER_BYTES = 8;

    /** Some writers put the name of JPEG's segment before the block. */
    private static final byte[] JPEG_NAME = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);

    private WebpChunks() {}

    /** What the {@code EXIF} chunk says, wherever in the file it stands. */
    static Orientation orientation(Path file, byte[] bytes) throws ImageFileException {
        ByteBuffer data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(HEADER_BYTES);
        Orientation orientation = Orientation.UPRIGHT;
        while (data.remaining() >= CHUNK_HEADER_BYTES) {
            // A chunk: 4 letters of type, u32 little-endian length, the data, a byte if the length is odd.
            int start = data.position();
            String type = new String(bytes, start, 4, StandardCharsets.ISO_8859_1);
            long length = Integer.toUnsignedLong(data.getInt(start + 4));
            data.position(start + CHUNK_HEADER_BYTES);
            if (length > data.remaining()) {
                throw new ImageFileException(
                        file, "a broken WEBP picture: the file ends inside the chunk at byte " + start);
            }
            if (type.equals("ANIM")) {
                throw new ImageFileException(file, "an animated WEBP picture; want a still one");
            }
            if (type.equals("EXIF")) {
                orientation =
                        Orientation.ofExif(exif(data.slice(data.position(), (int) length), bytes, data.position()));
            }
            data.position((int) Math.min(data.limit(), data.position() + length + length % 2));
        }
        return orientation;
    }

    private static ByteBuffer exif(ByteBuffer block, byte[] bytes, int start) {
        int named = Math.min(bytes.length, start + JPEG_NAME.length);
        boolean skip = block.remaining() >= JPEG_NAME.length
                && Arrays.equals(bytes, start, named, JPEG_NAME, 0, JPEG_NAME.length);
        return skip ? block.position(JPEG_NAME.length).slice() : block;
    }
}
