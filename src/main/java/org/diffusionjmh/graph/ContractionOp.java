package org.diffusionjmh.graph;

import java.util.List;

/** Products: convolutions and linear layers. They take x, weight and, if there is one, bias. */
public sealed interface ContractionOp extends Op {
    /**
     * {@code x W^T + bias}: x {@code [..., in]}, weight {@code [out, in]}, bias {@code [out]}; result {@code [..., out]}.
     */
    record Linear() implements ContractionOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            TensorType x = Checks.weighted(this, arguments);
            TensorType weight = arguments.get(1);
            if (weight.rank() != 2 || x.size(-1) != weight.size(1)) {
                throw new ShapeException("Linear: " + x + " does not fit the weight " + weight);
            }
            return x.withSize(-1, weight.size(0));
        }
    }

    /**
     * Two-dimensional convolution: x {@code [N, C, H, W]}, weight {@code [O, C, kH, kW]}, bias {@code [O]}; result
     * {@code [N, O, (H + 2 padding - kH) / stride + 1, ...]}. Padding is with zeros.
     *
     * @param stride step of the window in both dimensions
     * @param padding rows and columns added on each side
     */
    record Conv2d(int stride, int padding) implements ContractionOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            TensorType x = Checks.weighted(this, arguments);
            TensorType weight = arguments.get(1);
            if (x.rank() != 4 || weight.rank() != 4 || x.size(1) != weight.size(1)) {
                throw new ShapeException("Conv2d: " + x + " does not fit the weight " + weight);
            }
            return x.withShape(List.of(
                    x.size(0), weight.size(0), window(x.size(2), weight.size(2)), window(x.size(3), weight.size(3))));
        }

        private long window(long size, long kernel) {
            return Math.floorDiv(size + 2L * padding - kernel, (long) stride) + 1;
        }
    }
}
