package org.diffusionjmh.weights;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** A file that is not what the safetensors format allows. The message names the file, the place in it and the reason. */
public final class MalformedSafetensorsException extends IOException {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST_NAME_SHOWN = 200;

    private final String tensor;
    private final long byteOffset;

    private MalformedSafetensorsException(String message, String tensor, long byteOffset) {
        super(message);
        this.tensor = tensor;
        this.byteOffset = byteOffset;
    }

    /** Something wrong outside the entry of a tensor. */
    static MalformedSafetensorsException at(Path file, long byteOffset, String reason) {
        return new MalformedSafetensorsException(file + ": at byte " + byteOffset + ": " + reason, null, byteOffset);
    }

    /** Something wrong with a tensor. */
    static MalformedSafetensorsException in(Path file, String tensor, long byteOffset, String reason) {
        String message = file + ": tensor '" + shortened(tensor) + "', at byte " + byteOffset + ": " + reason;
        return new MalformedSafetensorsException(message, tensor, byteOffset);
    }

    /** A name as messages show it: a hostile file's may be megabytes long. */
    static String shortened(String name) {
        return name.length() <= LONGEST_NAME_SHOWN ? name : name.substring(0, LONGEST_NAME_SHOWN) + "...";
    }

    /** The tensor concerned, if it is one. */
    public Optional<String> tensor() {
        return Optional.ofNullable(tensor);
    }

    /** Where in the file: the start of the part that is wrong. */
    public long byteOffset() {
        return byteOffset;
    }
}
