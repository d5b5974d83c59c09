package org.diffusionjmh.graph;

import java.util.List;

/** Operations that make one value of many. */
public sealed interface ReductionOp extends Op {
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
