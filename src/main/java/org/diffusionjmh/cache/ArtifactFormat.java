package org.diffusionjmh.cache;

/**
 * How a thing becomes the content of an entry, and how it is read again.
 *
 * @param <T> the thing
 */
public interface ArtifactFormat<T> {
    /** Bytes as they are. */
    ArtifactFormat<byte[]> BYTES = new ArtifactFormat<>() {
        @Override
        public byte[] write(byte[] thing) {
            return thing;
        }

        @Override
        public byte[] read(byte[] content) {
            return content;
        }
    };

    byte[] write(T thing);

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws RuntimeException if the content is none of that
     */
    T read(byte[] content);
}
