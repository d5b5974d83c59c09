package org.diffusionjmh.graph;

import java.util.List;

/** Operations that make one value of many. */
public sealed interface ReductionOp extends Op {
    /** One value for each element of the batch: x {@code [N, ...]}, result {@code [N, 1, ...]} of the same rank. */
    sealed interface PerBatchElement extends ReductionOp {
        @Override
        default TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 1);
            TensorType x = Checks.floating(this, arguments.get(0));
            if (x.dtype() != DType.FP32 || x.rank() < 2) {
                throw new ShapeException(name() + ": " + x + " is not float32 [N, ...]");
            }
            TensorType result = x;
            for (int dimension = 1; dimension < x.rank(); dimension++) {
                result = result.withSize(dimension, 1);
            }
            return result;
        }
    }

    /** The standard deviation, with the divisor of a sample. */
    record StandardDeviation() implements PerBatchElement {}

    /**
     * A quantile of the absolute values, interpolated linearly.
     *
     * @param ratio which one, in [0, 1]
     */
    record AbsoluteQuantile(double ratio) implements PerBatchElement {}

    /** The mean of each channel: x {@code [N, C, H, W]}, result {@code [N, C, 1, 1]}. The sum is fp32 whatever the dtype of x. */
    record PixelMean() implements ReductionOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 1);
            TensorType x = Checks.floating(this, arguments.get(0));
            if (x.rank() != 4) {
                throw new ShapeException("PixelMean: " + x + " is not [N, C, H, W]");
            }
            return x.withSize(2, 1).withSize(3, 1);
        }
    }
}
