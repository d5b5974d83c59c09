package org.diffusionjmh.weights;

import java.io.IOException;

/** A snapshot that is missing, incomplete or contradicts itself. The message names the place and what to do. */
public final class SnapshotException extends IOException {
    private static final long serialVersionUID = 1L;

    SnapshotException(String message) {
        super(message);
    }

    SnapshotException(String message, Throwable cause) {
        super(message, cause);
    }
}
