package org.diffusionjmh.pass;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.diffusionjmh.graph.ContractionOp.Linear;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.MovementOp.Concat;
import org.diffusionjmh.graph.MovementOp.PadRows;
import org.diffusionjmh.graph.MovementOp.Slice;
import org.diffusionjmh.graph.Node;

/**
 * Leaves out rows of the batch that are zero. In SDXL a prompt that is absent is zeros, so that its keys and values are zeros, and what
 * cross-attention finds in them, too: for its row the layer behind gives its bias. So queries, attention and that layer are computed for
 * the other rows only, with the norm before them.
 */
public final class SkipZeroRows implements Pass {
    private static final int WITH_BIAS = 3;

    /** Elements of the results that a GPU with 128 multiprocessors computes at once: it takes as long for fewer. */
    private static final long FILLING = 128 * 128 * 128;

    private final long leastElements;

    private SkipZeroRows(long leastElements) {
        this.leastElements = leastElements;
    }

    /** Wherever there are such rows. */
    public static SkipZeroRows everywhere() {
        return new SkipZeroRows(1);
    }

    /** In layers that are large enough for a GPU to be done sooner with fewer rows. */
    public static SkipZeroRows whereAGpuIsFilled() {
        return new SkipZeroRows(FILLING);
    }

    @Override
    public String id() {
        return "skip-zero-rows";
    }

    @Override
    public Rewrite apply(Graph graph) {
        Map<Node, RowRange> skipping = skipping(graph);
        if (skipping.isEmpty()) {
            return new Rewrite(graph, 0);
        }
        NeededRows needed = NeededRows.of(graph, skipping);
        return Rewrite.of(graph, (node, replaced) -> {
            if (skipping.containsKey(node)) {
                return Optional.of(padded(node, skipping.get(node), needed, replaced));
            }
            if (!needed.isNeeded(node)) {
                return Optional.of(node); // nothing takes it any more
            }
            boolean changes = needed.isReduced(node) || node.inputs().stream().anyMatch(needed::isReduced);
            return changes ? Optional.of(reduced(node, needed, replaced)) : Optional.empty();
        });
    }

    /** Linear layers with a bias some of whose argument's rows are zero, and the other rows. What is computed once in a run stays. */
    private Map<Node, RowRange> skipping(Graph graph) {
        ZeroRows zero = ZeroRows.of(graph);
        Map<Node, RowRange> skipping = new LinkedHashMap<>();
        if (zero.isEmpty()) {
            return skipping;
        }
        Set<Node> once = WeightFolding.fixed(graph);
        once.addAll(StepSplit.early(graph));
        for (Node linear : graph.nodesOf(Linear.class)) {
            Node x = linear.inputs().get(0);
            boolean matches = linear.inputs().size() == WITH_BIAS
                    && x.type().rank() > 1
                    && linear.type().elements() >= leastElements
                    && !once.contains(linear);
            if (matches && !zero.others(x).equals(RowRange.of(x))) {
                skipping.put(linear, zero.others(x));
            }
        }
        return skipping;
    }

    private static Node padded(Node linear, RowRange range, NeededRows needed, UnaryOperator<Node> replaced) {
        List<Node> arguments = new ArrayList<>(linear.inputs());
        arguments.replaceAll(replaced);
        arguments.set(0, rows(linear.inputs().get(0), range, needed, replaced));
        Node product = new Node(linear.op(), arguments, linear.scope());
        PadRows pad = new PadRows(range.first(), linear.type().size(0) - range.end());
        return new Node(pad, List.of(product, arguments.get(WITH_BIAS - 1)), linear.scope());
    }

    private static Node reduced(Node node, NeededRows needed, UnaryOperator<Node> replaced) {
        RowRange range = needed.of(node);
        if (Rowwise.slicesRows(node)) {
            long start = ((Slice) node.op()).start();
            return rows(node.inputs().get(0), range.shifted(start), needed, replaced);
        }
        if (Rowwise.joinsRows(node)) {
            return joined(node, range, needed, replaced);
        }
        Rowwise operation = Rowwise.of(node).orElseThrow();
        List<Node> arguments = new ArrayList<>(node.inputs());
        arguments.replaceAll(replaced);
        for (int i : operation.arguments()) {
            arguments.set(i, rows(node.inputs().get(i), range, needed, replaced));
        }
        return new Node(operation.ofRows(range.size()), arguments, node.scope());
    }

    private static Node joined(Node concat, RowRange range, NeededRows needed, UnaryOperator<Node> replaced) {
        List<Node> parts = new ArrayList<>();
        for (int i = 0; i < concat.inputs().size(); i++) {
            Node part = concat.inputs().get(i);
            long start = NeededRows.start(concat, i);
            range.common(RowRange.of(part).shifted(start))
                    .ifPresent(common -> parts.add(rows(part, common.shifted(-start), needed, replaced)));
        }
        return parts.size() == 1 ? parts.get(0) : new Node(new Concat(0), parts, concat.scope());
    }

    /** Some rows of a value of the old graph; a view, if more of them are computed. */
    private static Node rows(Node value, RowRange range, NeededRows needed, UnaryOperator<Node> replaced) {
        RowRange computed = needed.of(value);
        if (range.equals(computed)) {
            return replaced.apply(value);
        }
        return range.shifted(-computed.first()).view(replaced.apply(value));
    }
}
