package org.diffusionjmh.cache;

import com.google.gson.Gson;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An entry as a file holds it. The file is a line with the format and the SHA-256 of all bytes after it, a line with the key as JSON, and
 * the content. The checksum tells damage, not malice: whoever can write the files can write programs that will run.
 */
final class Entry {
    private static final String FORMAT = "diffusion-jmh entry 1 sha256 ";
    private static final int DIGITS = 64;
    private static final int FIRST_LINE = FORMAT.length() + DIGITS + 1;

    private final ArtifactKey key;
    private final byte[] content;

    Entry(ArtifactKey key, byte[] content) {
        this.key = key;
        this.content = content;
    }

    /** The bytes of a file are not those of a whole entry. */
    static final class DamagedException extends Exception {
        private static final long serialVersionUID = 1L;

        DamagedException(String message) {
            super(message);
        }
    }

    ArtifactKey key() {
        return key;
    }

    byte[] content() {
        return content;
    }

    /** The file's bytes. */
    byte[] toBytes() {
        byte[] header = (new Gson().toJson(key) + "\n").getBytes(StandardCharsets.UTF_8);
        byte[] bytes = new byte[FIRST_LINE + header.length + content.length];
        System.arraycopy(header, 0, bytes, FIRST_LINE, header.length);
        System.arraycopy(content, 0, bytes, FIRST_LINE + header.length, content.length);
        byte[] first = (FORMAT + Digest.hex(bytes, FIRST_LINE) + "\n").getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(first, 0, bytes, 0, FIRST_LINE);
        return bytes;
    }

    /**
     * Reads a file's bytes.
     *
     * @throws DamagedException if they are not as {@link #toBytes} wrote them; says what is wrong
     */
    static Entry of(byte[] bytes) throws DamagedException {
        if (bytes.length < FIRST_LINE) {
            throw new DamagedException("it ends after " + bytes.length + " bytes");
        }
        String first = new String(bytes, 0, FIRST_LINE, StandardCharsets.US_ASCII);
        if (!first.startsWith(FORMAT)) {
            throw new DamagedException("it does not begin with '" + FORMAT.strip() + "'");
        }
        if (!first.equals(FORMAT + Digest.hex(bytes, FIRST_LINE) + "\n")) {
            throw new DamagedException("its checksum is wrong");
        }
        int content = FIRST_LINE;
        while (content < bytes.length && bytes[content] != '\n') {
            content++;
        }
        try {
            String header = new String(bytes, FIRST_LINE, content - FIRST_LINE, StandardCharsets.UTF_8);
            ArtifactKey key = new Gson().fromJson(header, ArtifactKey.class);
            return new Entry(key, Arrays.copyOfRange(bytes, Math.min(content + 1, bytes.length), bytes.length));
        } catch (RuntimeException e) {
            throw new DamagedException("its header cannot be read: " + e.getMessage());
        }
    }
}
