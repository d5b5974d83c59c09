package org.diffusionjmh.graph;

import java.util.List;

/** Operations that give the same tensor, laid out otherwise in memory. */
public sealed interface LayoutOp extends Op {
    @Override
    default TensorType infer(List<TensorType> arguments) {
        Checks.count(this, arguments, 1);
        return arguments.get(0);
    }

    /** Row-major; the argument itself where it is so already. */
    record Contiguous() implements LayoutOp {}

    /** {@code [N, C, H, W]} with channels innermost: libtorch's channels_last. What takes such a tensor gives such a tensor. */
    record ChannelsLast() implements LayoutOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            TensorType x = LayoutOp.super.infer(arguments);
            if (x.rank() != 4) {
                throw new ShapeException("ChannelsLast: " + x + " is not [N, C, H, W]");
            }
            return x;
        }
    }
}
