package org.diffusionjmh.libtorch;

import ai.djl.ndarray.types.DataType;
import java.util.Arrays;

/**
 * Element types of libtorch's tensors ({@code c10::ScalarType}). Wider than DJL's {@link DataType}: DJL reports tensors of the types it
 * does not know, bfloat16 among them, as {@link DataType#UNKNOWN}, and ends the process when it is asked to convert them.
 */
public enum ScalarType {
    UINT8(0, 1),
    INT8(1, 1),
    INT16(2, 2),
    INT32(3, 4),
    INT64(4, 8),
    FLOAT16(5, 2),
    FLOAT32(6, 4),
    FLOAT64(7, 8),
    COMPLEX64(9, 8),
    BOOLEAN(11, 1),
    BFLOAT16(15, 2),
    FLOAT8_E5M2(23, 1),
    FLOAT8_E4M3(24, 1),
    FLOAT8_E5M2_FNUZ(25, 1),
    FLOAT8_E4M3_FNUZ(26, 1),
    UINT16(27, 2),
    UINT32(28, 4),
    UINT64(29, 8),
    FLOAT8_E8M0(44, 1);

    private final int code;
    private final int bytes;

    ScalarType(int code, int bytes) {
        this.code = code;
        this.bytes = bytes;
    }

    /**
     * The type that DJL calls {@code type}.
     *
     * @throws IllegalArgumentException for strings and unknown types
     */
    public static ScalarType of(DataType type) {
        return Arrays.stream(values())
                .filter(candidate -> candidate.name().equals(type.name()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("libtorch has no tensors of type " + type));
    }

    /** The type with a libtorch number. */
    static ScalarType of(int code) {
        return Arrays.stream(values())
                .filter(candidate -> candidate.code == code)
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("tensors of libtorch's type " + code + " are not supported"));
    }

    /** libtorch's number, which its files hold and which therefore never changes. */
    public int code() {
        return code;
    }

    /** Size of one element in bytes. */
    public int bytes() {
        return bytes;
    }
}
