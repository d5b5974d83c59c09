package org.diffusionjmh.graph;

/** Element type of a tensor in a graph. */
public enum DType {
    FP32(4),
    FP16(2),
    BF16(2),
    INT64(8);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** Whether values of this type are floating-point numbers. */
    public boolean isFloating() {
        return this != INT64;
    }
}
