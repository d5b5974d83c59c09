package org.diffusionjmh.graph;

import java.util.ArrayList;
import java.util.List;

/** Operations that pick rows by index. */
public sealed interface LookupOp extends Op {
    /** Rows of a table: table {@code [V, d]}, ids INT64 {@code [...]}; result {@code [..., d]}. */
    record Embedding() implements LookupOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 2);
            TensorType table = arguments.get(0);
            TensorType ids = arguments.get(1);
            if (table.rank() != 2 || ids.dtype() != DType.INT64) {
                throw new ShapeException("Embedding: table " + table + " and ids " + ids + " do not fit");
            }
            List<Long> shape = new ArrayList<>(ids.shape());
            shape.add(table.size(1));
            return table.withShape(shape);
        }
    }

    /** One row of each sequence: x {@code [N, L, d]}, position INT64 {@code [N]}; result {@code [N, d]}. */
    record SelectRow() implements LookupOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 2);
            TensorType x = arguments.get(0);
            TensorType position = arguments.get(1);
            if (x.rank() != 3 || !position.equals(TensorType.of(DType.INT64, x.size(0)))) {
                throw new ShapeException("SelectRow: " + x + " and positions " + position + " do not fit");
            }
            return x.withShape(List.of(x.size(0), x.size(2)));
        }
    }
}
