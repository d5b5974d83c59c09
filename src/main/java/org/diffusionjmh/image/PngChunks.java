package org.diffusionjmh.image;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.CRC32;

/** Walks over the chunks of a PNG file; checks their checksums, which the JDK's reader does not. */
final class PngChunks {
    private static final int SIGNATURE_BYTES = 8;

    private PngChunks() {}

    /** What the {@code eXIf} chunk says, wherever in the file it stands. */
    static Orientation orientation(Path file, byte[] bytes) throws ImageFileException {
        ByteBuffer data = ByteBuffer.wrap(bytes).position(SIGNATURE_BYTES);
        Orientation orientation = Orientation.UPRIGHT;
        while (true) {
            // A chunk: u32 length, 4 letters of type, the data, u32 CRC of type and data; all big-endian.
            int start = data.position();
            long length = data.remaining() < 12 ? Long.MAX_VALUE : Integer.toUnsignedLong(data.getInt());
            if (length > data.remaining() - 8) {
                throw new ImageFileException(
                        file, "a broken PNG picture: the file ends inside the chunk at byte " + start);
            }
            String type = new String(bytes, data.position(), 4, StandardCharsets.ISO_8859_1);
            CRC32 crc = new CRC32();
            crc.update(bytes, data.position(), 4 + (int) length);
            ByteBuffer content = data.slice(data.position() + 4, (int) length);
            data.position(data.position() + 4 + (int) length);
            if ((int) crc.getValue() != data.getInt()) {
                throw new ImageFileException(
                        file, "a broken PNG picture: wrong checksum of chunk " + type + " at byte " + start);
            }
            if (type.equals("eXIf")) {
                orientation = Orientation.ofExif(content);
            }
            if (type.equals("IEND")) {
                return orientation;
            }
        }
    }
}
