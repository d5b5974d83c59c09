package org.diffusionjmh.tokenizer;

import java.io.IOException;
import java.nio.file.Path;

/** A tokenizer's file is missing, cannot be read, or holds something else than a tokenizer. The message begins with its path. */
public final class TokenizerFileException extends IOException {
    private static final long serialVersionUID = 1L;

    TokenizerFileException(Path file, String reason) {
        super(file + ": " + reason);
    }

    TokenizerFileException(Path file, String reason, Throwable cause) {
        super(file + ": " + reason, cause);
    }
}
