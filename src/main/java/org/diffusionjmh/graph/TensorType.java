package org.diffusionjmh.graph;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Element type and shape of a tensor. Shapes are static: a graph is built for the shapes it runs on.
 *
 * @param dtype the element type
 * @param shape the sizes, outermost first; every size is at least 1
 */
public record TensorType(DType dtype, List<Long> shape) {
    public TensorType {
        shape = List.copyOf(shape);
        for (long size : shape) {
            if (size < 1) {
                throw new ShapeException("a tensor of shape " + shape + " has an empty dimension");
            }
        }
    }

    public static TensorType of(DType dtype, long... shape) {
        return new TensorType(dtype, Arrays.stream(shape).boxed().toList());
    }

    public int rank() {
        return shape.size();
    }

    /**
     * Size along one dimension.
     *
     * @param dimension the dimension; negative ones count from the end
     */
    public long size(int dimension) {
        return shape.get(normalize(dimension));
    }

    /** The same dimension counted from the front; throws {@link ShapeException} if this type has no such dimension. */
    public int normalize(int dimension) {
        int index = dimension < 0 ? dimension + rank() : dimension;
        if (index < 0 || index >= rank()) {
            throw new ShapeException("dimension " + dimension + " of " + this + " does not exist");
        }
        return index;
    }

    public long elements() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    public TensorType withShape(List<Long> newShape) {
        return new TensorType(dtype, newShape);
    }

    public TensorType withDType(DType newDType) {
        return new TensorType(newDType, shape);
    }

    /** This type with another size along one dimension. */
    public TensorType withSize(int dimension, long size) {
        Long[] sizes = shape.toArray(Long[]::new);
        sizes[normalize(dimension)] = size;
        return withShape(List.of(sizes));
    }

    @Override
    public String toString() {
        return dtype + shape.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
    }
}
