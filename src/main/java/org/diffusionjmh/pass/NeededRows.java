package org.diffusionjmh.pass;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.MovementOp.Slice;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.SourceOp;

/** Which rows of a graph's values, elements of dimension 0, have to be computed, if some operations do with fewer of their arguments. */
final class NeededRows {
    private final Map<Node, RowRange> frugal;
    private final Set<Node> fixed;
    private final Map<Node, RowRange> rows = new HashMap<>();

    private NeededRows(Map<Node, RowRange> frugal, Set<Node> fixed) {
        this.frugal = frugal;
        this.fixed = fixed;
    }

    /**
     * @param frugal which rows of their first argument some operations need; all of their results are computed
     */
    static NeededRows of(Graph graph, Map<Node, RowRange> frugal) {
        NeededRows needed = new NeededRows(frugal, WeightFolding.fixed(graph));
        graph.outputs().values().forEach(needed::addAll);
        List<Node> backwards = new ArrayList<>(graph.nodes());
        Collections.reverse(backwards);
        backwards.forEach(needed::addArguments);
        return needed;
    }

    /** The rows of a value that are computed; some are, and it has dimensions. */
    RowRange of(Node value) {
        return rows.get(value);
    }

    /** Whether not all rows of a value are computed. */
    boolean isReduced(Node value) {
        return rows.containsKey(value) && !rows.get(value).equals(RowRange.of(value));
    }

    /** Whether some row of a value is computed. */
    boolean isNeeded(Node value) {
        return value.type().rank() == 0 || rows.containsKey(value);
    }

    private void addArguments(Node node) {
        if (!isNeeded(node)) {
            return;
        }
        for (int i = 0; i < node.inputs().size(); i++) {
            Node argument = node.inputs().get(i);
            if (node.type().rank() == 0) {
                addAll(argument);
            } else {
                taken(node, i).ifPresent(range -> add(argument, range));
            }
        }
    }

    /** Which rows of an argument an operation needs for those that are needed of it. */
    private Optional<RowRange> taken(Node node, int index) {
        Node argument = node.inputs().get(index);
        if (argument.type().rank() == 0) {
            return Optional.empty();
        }
        if (index == 0 && frugal.containsKey(node)) {
            return Optional.of(frugal.get(node));
        }
        RowRange range = of(node);
        if (Rowwise.slicesRows(node)) {
            return Optional.of(range.shifted(((Slice) node.op()).start()));
        }
        if (Rowwise.joinsRows(node)) {
            long start = start(node, index);
            return range.common(RowRange.of(argument).shifted(start)).map(rows -> rows.shifted(-start));
        }
        boolean row = Rowwise.of(node)
                .filter(operation -> operation.arguments().contains(index))
                .isPresent();
        return Optional.of(row ? range : RowRange.of(argument));
    }

    private void addAll(Node value) {
        if (value.type().rank() > 0) {
            add(value, RowRange.of(value));
        }
    }

    private void add(Node value, RowRange range) {
        rows.merge(value, isReducible(value) ? range : RowRange.of(value), RowRange::with);
    }

    /** Whether some rows of a value can be computed without the others. What is of weights only has no batch. */
    private boolean isReducible(Node value) {
        boolean given = value.op() instanceof SourceOp || fixed.contains(value) || frugal.containsKey(value);
        return !given
                && (Rowwise.slicesRows(value)
                        || Rowwise.joinsRows(value)
                        || Rowwise.of(value).isPresent());
    }

    /** Where a part of a concatenation of rows begins. */
    static long start(Node concat, int index) {
        return concat.inputs().stream()
                .limit(index)
                .mapToLong(part -> part.type().size(0))
                .sum();
    }
}
