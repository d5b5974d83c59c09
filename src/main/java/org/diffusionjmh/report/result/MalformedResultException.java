package org.diffusionjmh.report.result;

import java.io.IOException;
import java.nio.file.Path;

/** A file of results that is not what it should be; the message names file, line and column. */
public final class MalformedResultException extends IOException {
    private static final long serialVersionUID = 1L;

    private final long line;
    private final long column;

    /**
     * @param line from 1
     * @param column in characters, from 1
     */
    MalformedResultException(Path file, long line, long column, String problem) {
        super(file + ": line " + line + ", column " + column + ": " + problem);
        this.line = line;
        this.column = column;
    }

    /** The line of the mistake, from 1. */
    public long line() {
        return line;
    }

    /** The column of the mistake, in characters, from 1. */
    public long column() {
        return column;
    }
}
