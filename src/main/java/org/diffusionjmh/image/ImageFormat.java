package org.diffusionjmh.image;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** The picture formats that are read and written. */
public enum ImageFormat {
    /** Lossless. */
    PNG,
    /** Lossy; written with quality 0.95. */
    JPEG;

    /**
     * The format that a file's extension, in either case, stands for.
     *
     * @throws ImageFileException if it stands for none; the message lists the known extensions
     */
    public static ImageFormat of(Path file) throws ImageFileException {
        String name = String.valueOf(file.getFileName());
        return switch (name.substring(Math.max(0, name.lastIndexOf('.'))).toLowerCase(Locale.ROOT)) {
            case ".png" -> PNG;
            case ".jpg", ".jpeg" -> JPEG;
            default ->
                throw new ImageFileException(
                        file, "the extension names no known picture format; want one of .png, .jpg, .jpeg");
        };
    }

    /** The format that a file's first bytes show. */
    static Optional<ImageFormat> ofContent(byte[] bytes) {
        if (startsWith(bytes, 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n')) {
            return Optional.of(PNG);
        }
        return startsWith(bytes, 0xFF, 0xD8, 0xFF) ? Optional.of(JPEG) : Optional.empty();
    }

    private static boolean startsWith(byte[] bytes, int... magic) {
        if (bytes.length < magic.length) {
            return false;
        }
        for (int i = 0; i < magic.length; i++) {
            if (Byte.toUnsignedInt(bytes[i]) != magic[i]) {
                return false;
            }
        }
        return true;
    }
}
