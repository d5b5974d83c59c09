package org.diffusionjmh.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Operations that move elements without computing on them. */
public sealed interface MovementOp extends Op {
    /** The same elements, row-major, in another shape. */
    record Reshape(List<Long> shape) implements MovementOp {
        public Reshape {
            shape = List.copyOf(shape);
        }

        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 1);
            TensorType result = arguments.get(0).withShape(shape);
            if (result.elements() != arguments.get(0).elements()) {
                throw new ShapeException("Reshape: " + arguments.get(0) + " has not the elements of " + shape);
            }
            return result;
        }
    }

    /** Dimensions in another order: dimension i of the result is dimension {@code order[i]} of x. */
    record Permute(List<Integer> order) implements MovementOp {
        public Permute {
            order = List.copyOf(order);
        }

        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 1);
            TensorType x = arguments.get(0);
            if (!order.stream()
                    .sorted()
                    .toList()
                    .equals(IntStream.range(0, x.rank()).boxed().toList())) {
                throw new ShapeException("Permute: " + order + " is not an order of the dimensions of " + x);
            }
            return x.withShape(order.stream().map(x::size).toList());
        }
    }

    /** Joins tensors along a dimension. */
    record Concat(int dimension) implements MovementOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            if (arguments.isEmpty()) {
                throw new ShapeException("Concat: no arguments");
            }
            TensorType first = arguments.get(0);
            long size = 0;
            for (TensorType part : arguments) {
                if (!part.withSize(dimension, first.size(dimension)).equals(first)) {
                    throw new ShapeException("Concat: " + part + " does not join " + first + " along " + dimension);
                }
                size += part.size(dimension);
            }
            return first.withSize(dimension, size);
        }
    }

    /** Elements {@code start} (included) to {@code end} (excluded) along a dimension. */
    record Slice(int dimension, long start, long end) implements MovementOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 1);
            TensorType x = arguments.get(0);
            if (start < 0 || end > x.size(dimension) || start >= end) {
                throw new ShapeException("Slice: [" + start + ", " + end + ") of dimension " + dimension + " of " + x);
            }
            return x.withSize(dimension, end - start);
        }
    }

    /** Repeats a dimension of size 1 without copying. */
    record Expand(List<Long> shape) implements MovementOp {
        public Expand {
            shape = List.copyOf(shape);
        }

        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 1);
            TensorType x = arguments.get(0);
            boolean fits = x.rank() == shape.size()
                    && IntStream.range(0, shape.size()).allMatch(i -> x.size(i) == 1 || x.size(i) == shape.get(i));
            if (!fits) {
                throw new ShapeException("Expand: " + x + " does not expand to " + shape);
            }
            return x.withShape(shape);
        }
    }

    /** Zeros added at the right and at the bottom of {@code [N, C, H, W]}: how the VAE encoder pads before downsampling. */
    record PadRightBottom(int columns, int rows) implements MovementOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 1);
            TensorType x = arguments.get(0);
            return x.withSize(-1, x.size(-1) + columns).withSize(-2, x.size(-2) + rows);
        }
    }

    /**
     * Further rows, elements of dimension 0, that all consist of one vector. Takes x {@code [n, ..., C]} and the vector {@code [C]}; the
     * result is {@code [before + n + after, ..., C]}.
     *
     * @param before rows before those of x
     * @param after rows behind them
     */
    record PadRows(long before, long after) implements MovementOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 2);
            TensorType x = arguments.get(0);
            if (x.rank() < 2 || before < 0 || after < 0) {
                throw new ShapeException("PadRows: " + before + " and " + after + " rows around those of " + x);
            }
            Checks.vector(this, arguments.get(1), x.dtype(), x.size(-1));
            return x.withSize(0, before + x.size(0) + after);
        }
    }

    /** Nearest-neighbour resize of {@code [N, C, H, W]} to a given height and width. */
    record UpsampleNearest(long height, long width) implements MovementOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 1);
            TensorType x = arguments.get(0);
            if (x.rank() != 4) {
                throw new ShapeException("UpsampleNearest: " + x + " is not [N, C, H, W]");
            }
            List<Long> shape = new ArrayList<>(x.shape().subList(0, 2));
            shape.add(height);
            shape.add(width);
            return x.withShape(shape);
        }
    }
}
