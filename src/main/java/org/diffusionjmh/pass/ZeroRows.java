package org.diffusionjmh.pass;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diffusionjmh.graph.AttentionOp.ScaledDotProductAttention;
import org.diffusionjmh.graph.ContractionOp;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.MovementOp.Concat;
import org.diffusionjmh.graph.MovementOp.Expand;
import org.diffusionjmh.graph.MovementOp.Permute;
import org.diffusionjmh.graph.MovementOp.Reshape;
import org.diffusionjmh.graph.MovementOp.Slice;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.Op;
import org.diffusionjmh.graph.PointwiseOp.Cast;
import org.diffusionjmh.graph.PointwiseOp.Scale;
import org.diffusionjmh.graph.SourceOp.Constant;

/**
 * Which rows of a graph's values, elements of dimension 0, are zero whatever goes in: those of zeros, of products of them without a bias,
 * and of attention to values that are zero.
 */
final class ZeroRows {
    private static final int VALUES = 2;

    private final Map<Node, BitSet> rows = new HashMap<>();

    private ZeroRows() {}

    static ZeroRows of(Graph graph) {
        ZeroRows zero = new ZeroRows();
        for (Node node : graph.nodes()) {
            if (node.type().rank() > 0) {
                BitSet found = zero.found(node);
                if (!found.isEmpty()) {
                    zero.rows.put(node, found);
                }
            }
        }
        return zero;
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    /** The rows of a value that are not known to be zero, if some are, and if these stand next to each other; otherwise all. */
    RowRange others(Node value) {
        BitSet zero = of(value);
        int first = zero.nextClearBit(0);
        int end = zero.nextSetBit(first) < 0 ? (int) value.type().size(0) : zero.nextSetBit(first);
        return first < end && zero.nextClearBit(end) >= value.type().size(0)
                ? new RowRange(first, end)
                : RowRange.of(value);
    }

    private BitSet of(Node value) {
        return rows.getOrDefault(value, new BitSet());
    }

    private BitSet found(Node node) {
        Op op = node.op();
        if (op instanceof Constant constant) {
            return constant.values().stream().allMatch(value -> value == 0) ? all(node) : new BitSet();
        }
        if (op instanceof Concat) {
            return Rowwise.joinsRows(node) ? joined(node.inputs()) : common(node.inputs());
        }
        if (op instanceof ScaledDotProductAttention) {
            return of(node.inputs().get(VALUES));
        }
        return keepsZeros(node) ? kept(node) : new BitSet();
    }

    private static BitSet all(Node node) {
        BitSet all = new BitSet();
        all.set(0, (int) node.type().size(0));
        return all;
    }

    private BitSet joined(List<Node> parts) {
        BitSet joined = new BitSet();
        int start = 0;
        for (Node part : parts) {
            int offset = start;
            of(part).stream().forEach(row -> joined.set(offset + row));
            start += (int) part.type().size(0);
        }
        return joined;
    }

    private BitSet common(List<Node> parts) {
        BitSet common = (BitSet) of(parts.get(0)).clone();
        parts.forEach(part -> common.and(of(part)));
        return common;
    }

    /** Whether zeros in the first argument give zeros. */
    private static boolean keepsZeros(Node node) {
        Op op = node.op();
        boolean product = op instanceof ContractionOp && node.inputs().size() == 2;
        return product
                || op instanceof Reshape
                || op instanceof Permute
                || op instanceof Slice
                || op instanceof Expand
                || op instanceof Cast
                || op instanceof Scale;
    }

    private BitSet kept(Node node) {
        Node x = node.inputs().get(0);
        BitSet zero = of(x);
        if (x.type().rank() > 0 && zero.equals(all(x))) {
            return all(node);
        }
        if (Rowwise.slicesRows(node)) {
            Slice slice = (Slice) node.op();
            return zero.get((int) slice.start(), (int) slice.end());
        }
        Optional<Rowwise> operation = Rowwise.of(node);
        return operation.isPresent() ? zero : new BitSet();
    }
}
