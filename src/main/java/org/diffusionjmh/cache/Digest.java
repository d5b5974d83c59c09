package org.diffusionjmh.cache;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Digests of what is too long for a key's field. */
public final class Digest {
    private static final String PREFIX = "sha256:";

    private Digest() {}

    /** A field's value that stands for these bytes. */
    public static String of(byte[] bytes) {
        return PREFIX + hex(bytes, 0);
    }

    /** Whether a field's value stands for something longer. */
    static boolean isDigest(String value) {
        return value.startsWith(PREFIX);
    }

    /** SHA-256 of the bytes from an offset on, in hexadecimal digits. */
    static String hex(byte[] bytes, int offset) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(bytes, offset, bytes.length - offset);
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java platform has it
        }
    }
}
