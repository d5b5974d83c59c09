package org.diffusionjmh.compiler;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.TensorType;

/** The graph's types in DJL's terms. */
public final class TensorTypes {
    private TensorTypes() {}

    public static DataType dataType(DType dtype) {
        return switch (dtype) {
            case FP32 -> DataType.FLOAT32;
            case FP16 -> DataType.FLOAT16;
            case BF16 -> DataType.BFLOAT16;
            case INT64 -> DataType.INT64;
        };
    }

    public static Shape shape(TensorType type) {
        return new Shape(type.shape().stream().mapToLong(Long::longValue).toArray());
    }
}
