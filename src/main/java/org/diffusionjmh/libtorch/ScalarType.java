package org.diffusionjmh.libtorch;

import ai.djl.ndarray.types.DataType;
import java.util.Arrays;

/**
 * Element types of libtorch's tensors. Wider than DJL's {@link DataType}: DJL reports tensors of the types it does not know, bfloat16
 * among them, as {@link DataType#UNKNOWN}, and crashes when it is asked to convert them.
 */
public enum ScalarType {
    BOOL("bool", 1),
    UINT8("uint8", 1),
    UINT16("uint16", 2),
    UINT32("uint32", 4),
    UINT64("uint64", 8),
    INT8("int8", 1),
    INT16("int16", 2),
    INT32("int32", 4),
    INT64("int64", 8),
    FLOAT8_E4M3("float8_e4m3fn", 1),
    FLOAT8_E4M3_FNUZ("float8_e4m3fnuz", 1),
    FLOAT8_E5M2("float8_e5m2", 1),
    FLOAT8_E5M2_FNUZ("float8_e5m2fnuz", 1),
    /** Since libtorch 2.8. */
    FLOAT8_E8M0("float8_e8m0fnu", 1),
    FLOAT16("float16", 2),
    BFLOAT16("bfloat16", 2),
    FLOAT32("float32", 4),
    FLOAT64("float64", 8),
    COMPLEX64("complex64", 8);

    private final String torchName;
    private final int bytes;

    ScalarType(String torchName, int bytes) {
        this.torchName = torchName;
        this.bytes = bytes;
    }

    /**
     * The type that DJL calls {@code type}.
     *
     * @throws IllegalArgumentException for strings and unknown types
     */
    public static ScalarType of(DataType type) {
        String name = type == DataType.BOOLEAN ? BOOL.name() : type.name();
        return Arrays.stream(values())
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("libtorch has no tensors of type " + type));
    }

    /** Size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** The type's number in the libtorch at hand. */
    int code(LibTorch torch) {
        return torch.constant("aoti_torch_dtype_" + torchName);
    }
}
