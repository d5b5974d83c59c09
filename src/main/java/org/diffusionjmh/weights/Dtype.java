package org.diffusionjmh.weights;

import java.util.Arrays;
import java.util.Optional;
import org.diffusionjmh.libtorch.ScalarType;

/** Element types of the safetensors format; constants are spelled as in a file's header. */
public enum Dtype {
    BOOL(ScalarType.BOOLEAN),
    F4(4),
    F6_E2M3(6),
    F6_E3M2(6),
    U8(ScalarType.UINT8),
    I8(ScalarType.INT8),
    F8_E5M2(ScalarType.FLOAT8_E5M2),
    F8_E4M3(ScalarType.FLOAT8_E4M3),
    F8_E8M0(ScalarType.FLOAT8_E8M0),
    F8_E4M3FNUZ(ScalarType.FLOAT8_E4M3_FNUZ),
    F8_E5M2FNUZ(ScalarType.FLOAT8_E5M2_FNUZ),
    I16(ScalarType.INT16),
    U16(ScalarType.UINT16),
    F16(ScalarType.FLOAT16),
    BF16(ScalarType.BFLOAT16),
    I32(ScalarType.INT32),
    U32(ScalarType.UINT32),
    F32(ScalarType.FLOAT32),
    C64(ScalarType.COMPLEX64),
    F64(ScalarType.FLOAT64),
    I64(ScalarType.INT64),
    U64(ScalarType.UINT64);

    private final int bits;
    private final Optional<ScalarType> scalarType;

    Dtype(int bits) {
        this.bits = bits;
        this.scalarType = Optional.empty();
    }

    Dtype(ScalarType type) {
        this.bits = type.bytes() * Byte.SIZE;
        this.scalarType = Optional.of(type);
    }

    /** The type a header calls {@code name}; case matters. */
    static Optional<Dtype> named(String name) {
        return Arrays.stream(values())
                .filter(dtype -> dtype.name().equals(name))
                .findFirst();
    }

    /** The type that holds a libtorch type's values unchanged. */
    public static Dtype of(ScalarType type) {
        return Arrays.stream(values())
                .filter(dtype -> dtype.scalarType.filter(type::equals).isPresent())
                .findFirst()
                .orElseThrow();
    }

    /** Size of one element in bits: 4 and 6 for the types that are packed. */
    public int bits() {
        return bits;
    }

    /** The type of a libtorch tensor with these elements; none for types that are packed. */
    public Optional<ScalarType> scalarType() {
        return scalarType;
    }
}
