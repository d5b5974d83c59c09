package org.diffusionjmh.graph;

import java.util.Arrays;
import java.util.List;

/** What the operations' type rules have in common. */
final class Checks {
    private Checks() {}

    static void count(Op op, List<TensorType> arguments, int... allowed) {
        if (Arrays.stream(allowed).noneMatch(count -> count == arguments.size())) {
            throw new ShapeException(
                    op.name() + ": " + arguments.size() + " arguments, want " + Arrays.toString(allowed));
        }
    }

    static TensorType floating(Op op, TensorType x) {
        if (!x.dtype().isFloating()) {
            throw new ShapeException(op.name() + ": " + x + " is not floating-point");
        }
        return x;
    }

    static void sameDType(Op op, TensorType a, TensorType b) {
        if (a.dtype() != b.dtype()) {
            throw new ShapeException(op.name() + ": " + a + " and " + b + " differ in dtype");
        }
    }

    static void vector(Op op, TensorType vector, DType dtype, long size) {
        if (!vector.equals(TensorType.of(dtype, size))) {
            throw new ShapeException(op.name() + ": parameter " + vector + ", want " + TensorType.of(dtype, size));
        }
    }

    /** Checks x, weight and an optional bias of a product; returns the type of x. */
    static TensorType weighted(Op op, List<TensorType> arguments) {
        count(op, arguments, 2, 3);
        TensorType x = floating(op, arguments.get(0));
        TensorType weight = arguments.get(1);
        sameDType(op, x, weight);
        if (arguments.size() == 3) {
            vector(op, arguments.get(2), x.dtype(), weight.size(0));
        }
        return x;
    }
}
