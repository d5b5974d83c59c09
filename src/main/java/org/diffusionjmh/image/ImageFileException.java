package org.diffusionjmh.image;

import java.io.IOException;
import java.nio.file.Path;

/** A picture cannot be read or written. The message begins with its path. */
public final class ImageFileException extends IOException {
    private static final long serialVersionUID = 1L;

    ImageFileException(Path file, String reason) {
        super(file + ": " + reason);
    }

    ImageFileException(Path file, String reason, Throwable cause) {
        super(file + ": " + reason, cause);
    }
}
