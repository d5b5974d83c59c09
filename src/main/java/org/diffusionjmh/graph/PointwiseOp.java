package org.diffusionjmh.graph;

import java.util.ArrayList;
import java.util.List;

/** Operations on each element by itself; several arguments broadcast as in NumPy. */
public sealed interface PointwiseOp extends Op {

    /** Operations of one argument whose result has the argument's type. */
    sealed interface Unary extends PointwiseOp {
        @Override
        default TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 1);
            return Checks.floating(this, arguments.get(0));
        }
    }

    /** Operations of several arguments of one dtype, broadcast against each other. */
    sealed interface Broadcasting extends PointwiseOp {
        /** The type of two arguments broadcast against each other. */
        default TensorType broadcast(TensorType a, TensorType b) {
            Checks.sameDType(this, a, b);
            int rank = Math.max(a.rank(), b.rank());
            List<Long> shape = new ArrayList<>();
            for (int i = 0; i < rank; i++) {
                long left = i < rank - a.rank() ? 1 : a.size(i - rank);
                long right = i < rank - b.rank() ? 1 : b.size(i - rank);
                if (left != right && left != 1 && right != 1) {
                    throw new ShapeException(name() + ": " + a + " and " + b + " do not broadcast");
                }
                shape.add(Math.max(left, right));
            }
            return a.withShape(shape);
        }
    }

    /** Operations of two arguments. */
    sealed interface Binary extends Broadcasting {
        @Override
        default TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 2);
            return broadcast(arguments.get(0), arguments.get(1));
        }
    }

    /** {@code a + b}. */
    record Add() implements Binary {}

    /** {@code a - b}. */
    record Subtract() implements Binary {}

    /** {@code a * b}. */
    record Multiply() implements Binary {}

    /** {@code a / b}. */
    record Divide() implements Binary {}

    /** {@code a + b * c}. */
    record MultiplyAdd() implements Broadcasting {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 3);
            return broadcast(arguments.get(0), broadcast(arguments.get(1), arguments.get(2)));
        }
    }

    /** {@code x * factor}. */
    record Scale(double factor) implements Unary {}

    /** {@code x + amount}. */
    record Offset(double amount) implements Unary {}

    /** {@code x * sigmoid(x)}. */
    record Silu() implements Unary {}

    /** {@code x * Phi(x)} with the exact normal distribution function. */
    record Gelu() implements Unary {}

    /** GELU by its tanh approximation (Hendrycks and Gimpel 2016), called gelu_new in T5. */
    record GeluTanh() implements Unary {}

    /** {@code x * sigmoid(1.702 x)}: the activation of the CLIP text encoder in SD 1.x and SDXL. */
    record QuickGelu() implements Unary {}

    record Relu() implements Unary {}

    /** {@code min(max(x, min), max)}. */
    record Clamp(double min, double max) implements Unary {}

    record Sin() implements Unary {}

    record Cos() implements Unary {}

    /** Converts the elements to another dtype. */
    record Cast(DType dtype) implements PointwiseOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 1);
            return arguments.get(0).withDType(dtype);
        }
    }
}
