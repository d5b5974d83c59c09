package org.diffusionjmh.libtorch;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import java.util.ArrayList;
import java.util.List;

/**
 * A product of row-major matrices as cuBLASLt describes it, whose matrices are column-major: there the result is
 * {@code out^T = W x^T}, with W stored as its transpose.
 */
final class CublasLtProduct implements AutoCloseable {
    /** {@code CUBLAS_COMPUTE_32F}. */
    private static final int COMPUTE_FLOAT32 = 68;

    /** {@code CUBLAS_OP_T}. */
    private static final int TRANSPOSED = 1;

    /** {@code CUBLASLT_EPILOGUE_BIAS}. */
    private static final int ADD_BIAS = 4;

    private final CublasLt library;
    private final List<Runnable> cleanup = new ArrayList<>();
    private final Pointer operation;
    private final Pointer weight;
    private final Pointer x;
    private final Pointer result;

    /** {@code cublasLtMatmulDescAttributes_t}. */
    private enum Attribute {
        TRANSA(3),
        EPILOGUE(7),
        BIAS_POINTER(8),
        BIAS_DATA_TYPE(26);

        private final int number;

        Attribute(int number) {
            this.number = number;
        }
    }

    CublasLtProduct(CublasLt library, ProductSizes sizes) {
        this.library = library;
        int type = dataType(sizes.type());
        try {
            operation = created("cublasLtMatmulDesc", COMPUTE_FLOAT32, dataType(ScalarType.FLOAT32));
            weight = matrix(type, sizes.inner(), sizes.columns());
            x = matrix(type, sizes.inner(), sizes.rows());
            result = matrix(type, sizes.columns(), sizes.rows());
            set(Attribute.TRANSA, TRANSPOSED);
            if (sizes.biased()) {
                set(Attribute.EPILOGUE, ADD_BIAS);
                set(Attribute.BIAS_DATA_TYPE, type);
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private Pointer matrix(int type, long height, long width) {
        return created("cublasLtMatrixLayout", type, height, width, height);
    }

    private Pointer created(String kind, Object... arguments) {
        Pointer created = library.create(kind + "Create", arguments);
        cleanup.add(() -> library.invoke(kind + "Destroy", created));
        return created;
    }

    private void set(Attribute attribute, int value) {
        try (Memory bytes = new Memory(Integer.BYTES)) {
            bytes.setInt(0, value);
            set(attribute, bytes);
        }
    }

    private void set(Attribute attribute, Memory value) {
        library.check("cublasLtMatmulDescSetAttribute", operation, attribute.number, value, value.size());
    }

    void setBias(Pointer bias) {
        try (Memory bytes = new Memory(Long.BYTES)) {
            bytes.setPointer(0, bias);
            set(Attribute.BIAS_POINTER, bytes);
        }
    }

    /** Asks for algorithms; returns the library's status. */
    int proposals(Pointer handle, Pointer preference, int most, Pointer results, IntByReference found) {
        return library.invoke(
                "cublasLtMatmulAlgoGetHeuristic",
                handle,
                operation,
                weight,
                x,
                result,
                result,
                preference,
                most,
                results,
                found);
    }

    Pointer operation() {
        return operation;
    }

    Pointer weight() {
        return weight;
    }

    Pointer x() {
        return x;
    }

    Pointer result() {
        return result;
    }

    /** {@code cudaDataType_t}. */
    @SuppressWarnings("MagicNumber") // the enum's numbers
    private static int dataType(ScalarType type) {
        return switch (type) {
            case FLOAT32 -> 0;
            case FLOAT16 -> 2;
            case BFLOAT16 -> 14;
            default -> throw new IllegalArgumentException("no product of " + type);
        };
    }

    @Override
    public void close() {
        cleanup.forEach(Runnable::run);
        cleanup.clear();
    }
}
