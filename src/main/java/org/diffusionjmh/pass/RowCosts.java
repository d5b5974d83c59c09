package org.diffusionjmh.pass;

import java.util.OptionalLong;
import org.diffusionjmh.graph.AttentionOp.ScaledDotProductAttention;
import org.diffusionjmh.graph.ContractionOp;
import org.diffusionjmh.graph.MovementOp.Expand;
import org.diffusionjmh.graph.MovementOp.Permute;
import org.diffusionjmh.graph.MovementOp.Reshape;
import org.diffusionjmh.graph.MovementOp.Slice;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.TensorType;

/**
 * What rows of a value cost, in bytes that are moved meanwhile: an estimate for all devices, on the side of copies.
 *
 * @param launch what a copy costs beside its bytes
 * @param positions how many positions attention is taken to see; empty for as many as it does
 */
record RowCosts(long launch, OptionalLong positions) {
    /** Operations in the time of a byte: about half of what a GPU has in half precision. A CPU has fewer, and so gains more. */
    private static final long OPERATIONS = 128;

    private static final long LAUNCH = 1 << 20;
    private static final long TYPICAL_POSITIONS = 4096;

    /** Costs at the size at hand. */
    static RowCosts bySize() {
        return new RowCosts(LAUNCH, OptionalLong.empty());
    }

    /** Costs in proportion to the number of pixels, so that their order is the same at all sizes. */
    static RowCosts ofAnySize() {
        return new RowCosts(0, OptionalLong.of(TYPICAL_POSITIONS));
    }

    /** What computing some rows of a row-wise operation costs. */
    long computing(Rowwise operation, long rows) {
        Node node = operation.node();
        boolean view = node.op() instanceof Reshape
                || node.op() instanceof Permute
                || node.op() instanceof Slice
                || node.op() instanceof Expand;
        if (view) {
            return 0;
        }
        long bytes = rowBytes(node.type());
        for (int argument : operation.arguments()) {
            bytes += rowBytes(node.inputs().get(argument).type());
        }
        return rows * (bytes + products(node) / OPERATIONS);
    }

    /** What putting rows together from others costs. */
    long copying(TensorType type, long from, long to) {
        return launch + (from + to) * rowBytes(type);
    }

    private static long rowBytes(TensorType type) {
        return rowElements(type) * type.dtype().bytes();
    }

    private static long rowElements(TensorType type) {
        return type.elements() / type.size(0);
    }

    /** Multiplications and additions of a row. */
    private long products(Node node) {
        long elements = rowElements(node.type());
        if (node.op() instanceof ContractionOp) {
            TensorType weight = node.inputs().get(1).type();
            return 2 * elements * rowElements(weight);
        }
        if (node.op() instanceof ScaledDotProductAttention) {
            return 4 * elements * positions.orElse(node.inputs().get(1).type().size(2));
        }
        return 0;
    }
}
