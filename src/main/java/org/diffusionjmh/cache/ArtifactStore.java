package org.diffusionjmh.cache;

import java.util.Optional;

/** A place for entries. What fails there is a warning: everything can be made again. */
interface ArtifactStore {
    /** The content of an entry that is there and whole. */
    Optional<byte[]> find(ArtifactKey key);

    /** Whether there is such an entry, whole or not. */
    boolean has(ArtifactKey key);

    /** Keeps an entry, in the place of an older one. */
    void keep(ArtifactKey key, byte[] content);
}
