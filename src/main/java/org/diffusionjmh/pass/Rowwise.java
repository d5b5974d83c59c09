package org.diffusionjmh.pass;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.diffusionjmh.graph.AttentionOp.ScaledDotProductAttention;
import org.diffusionjmh.graph.ContractionOp;
import org.diffusionjmh.graph.FusedOp.Geglu;
import org.diffusionjmh.graph.FusedOp.GroupNormSilu;
import org.diffusionjmh.graph.MovementOp.Concat;
import org.diffusionjmh.graph.MovementOp.Expand;
import org.diffusionjmh.graph.MovementOp.PadRightBottom;
import org.diffusionjmh.graph.MovementOp.Permute;
import org.diffusionjmh.graph.MovementOp.Reshape;
import org.diffusionjmh.graph.MovementOp.Slice;
import org.diffusionjmh.graph.MovementOp.UpsampleNearest;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.NormalizationOp;
import org.diffusionjmh.graph.Op;
import org.diffusionjmh.graph.PointwiseOp;
import org.diffusionjmh.graph.ReductionOp;

/**
 * An operation that treats rows, the elements of dimension 0, each by itself: row i of the result depends on row i of some arguments, and
 * on all of the others.
 *
 * @param node the operation; its result has at least two dimensions
 * @param arguments indices of the arguments whose rows are those of the result
 */
record Rowwise(Node node, List<Integer> arguments) {
    /** A node as such an operation, if it is one. */
    static Optional<Rowwise> of(Node node) {
        if (node.type().rank() < 2) {
            return Optional.empty();
        }
        List<Integer> arguments = arguments(node);
        return arguments.isEmpty() ? Optional.empty() : Optional.of(new Rowwise(node, arguments));
    }

    private static List<Integer> arguments(Node node) {
        Op op = node.op();
        if (op instanceof PointwiseOp) {
            return broadcast(node);
        }
        if (op instanceof ScaledDotProductAttention) {
            List<Integer> arguments = new ArrayList<>(List.of(0, 1, 2));
            if (node.inputs().size() > 3 && hasRowsOf(node.inputs().get(3), node)) {
                arguments.add(3);
            }
            return arguments;
        }
        if (op instanceof Concat) {
            return joinsRows(node)
                    ? List.of()
                    : IntStream.range(0, node.inputs().size()).boxed().toList();
        }
        return !node.inputs().isEmpty() && keepsRowsOfFirst(node) ? List.of(0) : List.of();
    }

    /** Arguments that are not the same for all rows. */
    private static List<Integer> broadcast(Node node) {
        return IntStream.range(0, node.inputs().size())
                .filter(i -> hasRowsOf(node.inputs().get(i), node))
                .boxed()
                .toList();
    }

    private static boolean hasRowsOf(Node argument, Node node) {
        return argument.type().rank() == node.type().rank()
                && argument.type().size(0) == node.type().size(0);
    }

    private static boolean keepsRowsOfFirst(Node node) {
        Op op = node.op();
        Node x = node.inputs().get(0);
        if (op instanceof Reshape || op instanceof Expand) {
            return x.type().rank() > 0 && x.type().size(0) == node.type().size(0);
        }
        if (op instanceof Permute permute) {
            return permute.order().get(0) == 0;
        }
        if (op instanceof Slice) {
            return !slicesRows(node);
        }
        return op instanceof ContractionOp
                || op instanceof NormalizationOp
                || op instanceof ReductionOp
                || op instanceof GroupNormSilu
                || op instanceof Geglu
                || op instanceof UpsampleNearest
                || (op instanceof PadRightBottom && x.type().rank() > 2);
    }

    /** Whether a node is a concatenation of rows. */
    static boolean joinsRows(Node node) {
        return node.op() instanceof Concat concat && node.type().normalize(concat.dimension()) == 0;
    }

    /** Whether a node is a slice of rows. */
    static boolean slicesRows(Node node) {
        return node.op() instanceof Slice slice && node.type().normalize(slice.dimension()) == 0;
    }

    /** How many rows there are. */
    long rows() {
        return node.type().size(0);
    }

    /** The operation for another number of rows. */
    Op ofRows(long rows) {
        if (node.op() instanceof Reshape reshape) {
            return new Reshape(with(reshape.shape(), rows));
        }
        return node.op() instanceof Expand expand ? new Expand(with(expand.shape(), rows)) : node.op();
    }

    private static List<Long> with(List<Long> shape, long rows) {
        List<Long> changed = new ArrayList<>(shape);
        changed.set(0, rows);
        return changed;
    }
}
