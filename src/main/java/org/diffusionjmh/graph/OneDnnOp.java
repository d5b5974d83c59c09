package org.diffusionjmh.graph;

import java.util.List;

/**
 * Products by oneDNN, libtorch's library for CPUs, with its own layout of weights and with pointwise operations in their epilogue. Only
 * for the CPU: a pass puts them in for that device.
 */
public sealed interface OneDnnOp extends Op {
    /** A linear layer's weight {@code [out, in]} in the layout that oneDNN chooses; only {@link Linear} and its kin can read it. */
    record PackLinearWeight() implements OneDnnOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 1);
            return arguments.get(0);
        }
    }

    /**
     * A convolution's weight in the layout that oneDNN chooses for one size of input.
     *
     * @param convolution the convolution
     * @param input shape {@code [N, C, H, W]} of its argument
     */
    record PackConv2dWeight(ContractionOp.Conv2d convolution, List<Long> input) implements OneDnnOp {
        public PackConv2dWeight {
            input = List.copyOf(input);
        }

        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 1);
            return arguments.get(0);
        }
    }

    /** {@link ContractionOp.Linear} with a packed weight. */
    record PackedLinear() implements OneDnnOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            return new ContractionOp.Linear().infer(arguments);
        }
    }

    /**
     * {@code gelu(linear(x))} with a packed weight.
     *
     * @param tanh whether it is GELU's tanh approximation
     */
    record PackedLinearGelu(boolean tanh) implements OneDnnOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            return new ContractionOp.Linear().infer(arguments);
        }
    }

    /**
     * {@code linear(x) + other} or {@code linear(x) * other} with a packed weight; takes x, other (of the result's type), weight and, if
     * there is one, bias.
     *
     * @param epilogue what is done with other
     */
    record PackedLinearBinary(Epilogue epilogue) implements OneDnnOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 3, 4);
            List<TensorType> linear = new java.util.ArrayList<>(arguments);
            TensorType other = linear.remove(1);
            TensorType result = new ContractionOp.Linear().infer(linear);
            if (!other.equals(result)) {
                throw new ShapeException("PackedLinearBinary: " + other + " with a product " + result);
            }
            return result;
        }
    }

    /** {@link ContractionOp.Conv2d} with a packed weight. */
    record PackedConv2d(ContractionOp.Conv2d convolution) implements OneDnnOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            return convolution.infer(arguments);
        }
    }

    /** What oneDNN does with a second operand. */
    enum Epilogue {
        ADD,
        MUL
    }
}
