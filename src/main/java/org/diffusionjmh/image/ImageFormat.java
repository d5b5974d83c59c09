package org.diffusionjmh.image;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** The picture formats that are read; all but WebP are written too. */
public enum ImageFormat {
    /** Lossless. */
    PNG,
    /** Lossy; written with quality 0.95. */
    JPEG,
    /** Read only. */
    WEBP;

    /** Stands for any byte. */
    private static final int ANY = -1;

    /**
     * The format that a file to be written gets by its extension, in either case.
     *
     * @throws ImageFileException if it stands for none; the message lists the known extensions
     */
    public static ImageFormat of(Path file) throws ImageFileException {
        String name = String.valueOf(file.getFileName());
        return switch (name.substring(Math.max(0, name.lastIndexOf('.'))).toLowerCase(Locale.ROOT)) {
            case ".png" -> PNG;
            case ".jpg", ".jpeg" -> JPEG;
            case ".webp" ->
                throw new ImageFileException(
                        file, "WebP pictures are read, but not written; want one of .png, .jpg, .jpeg");
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
        if (startsWith(bytes, 0xFF, 0xD8, 0xFF)) {
            return Optional.of(JPEG);
        }
        boolean webp = startsWith(bytes, 'R', 'I', 'F', 'F', ANY, ANY, ANY, ANY, 'W', 'E', 'B', 'P');
        return webp ? Optional.of(WEBP) : Optional.empty();
    }

    private static boolean startsWith(byte[] bytes, int... magic) {
        if (bytes.length < magic.length) {
            return false;
        }
        for (int i = 0; i < magic.length; i++) {
            if (magic[i] != ANY && Byte.toUnsignedInt(bytes[i]) != magic[i]) {
                return false;
            }
        }
        return true;
    }
}
