package org.diffusionjmh.pass;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.MovementOp.Concat;
import org.diffusionjmh.graph.MovementOp.Slice;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.pass.EqualRows.Repeated;
import org.diffusionjmh.pass.EqualRows.Row;

/**
 * Computes rows of the batch that are equal only once. Guidance asks a network for several predictions of the same latents: up to where
 * the text comes in, which in Stable Diffusion 1.5 is behind the first self-attention, the costliest of all, their rows are equal. What
 * needs all rows gets them by a copy. Which operations compute fewer rows is decided so that what they save, less what the copies cost,
 * is the most: a minimum cut between them and those that compute all.
 */
public final class ShareEqualRows implements Pass {
    /** Of a product of vectors, the weight's bytes are what costs. */
    private static final int LEAST_RANK = 3;

    private final RowCosts costs;

    private ShareEqualRows(RowCosts costs) {
        this.costs = costs;
    }

    /** Does what is faster for the size at hand. */
    public static ShareEqualRows bySize() {
        return new ShareEqualRows(RowCosts.bySize());
    }

    /** Does what is faster for large pictures, so that graphs of all sizes are rewritten in the same way. */
    public static ShareEqualRows ofAnySize() {
        return new ShareEqualRows(RowCosts.ofAnySize());
    }

    @Override
    public String id() {
        return "share-equal-rows";
    }

    @Override
    public Rewrite apply(Graph graph) {
        EqualRows equal = EqualRows.of(graph);
        Map<Node, Repeated> shared = shared(graph, equal);
        Gathering gathering = new Gathering(shared);
        return Rewrite.of(graph, (node, replaced) -> {
            Repeated repeated = shared.get(node);
            if (repeated == null) {
                return Optional.empty();
            }
            List<Node> arguments =
                    new ArrayList<>(node.inputs().stream().map(replaced).toList());
            for (int i : repeated.operation().arguments()) {
                List<Row> rows = taken(node.inputs().get(i), repeated.kept(), equal, shared);
                arguments.set(i, gathering.of(rows, replaced));
            }
            Node computed = new Node(repeated.operation().ofRows(repeated.kept().size()), arguments, node.scope());
            gathering.computed(node, computed);
            return Optional.of(gathering.of(equal.of(node), replaced));
        });
    }

    /** The operations that are to compute fewer rows. */
    private Map<Node, Repeated> shared(Graph graph, EqualRows equal) {
        Map<Node, Repeated> candidates = new LinkedHashMap<>(equal.repeated());
        candidates.keySet().removeAll(StepSplit.early(graph)); // done once in a run
        candidates.keySet().removeIf(node -> node.type().rank() < LEAST_RANK);
        if (!candidates.isEmpty()) {
            candidates.keySet().retainAll(cut(graph, equal, candidates).first());
        }
        return candidates;
    }

    /** A copy of all rows of a value. */
    private record Copy(Node value) {}

    /** First are the values of which fewer rows are computed, and the copies that are not needed. */
    private MinimumCut cut(Graph graph, EqualRows equal, Map<Node, Repeated> candidates) {
        MinimumCut cut = new MinimumCut();
        candidates.forEach((node, repeated) -> {
            Rowwise operation = repeated.operation();
            int kept = repeated.kept().size();
            cut.edge(MinimumCut.FIRST, node, costs.computing(operation, operation.rows() - kept));
            cut.edge(node, new Copy(node), costs.copying(node.type(), kept, operation.rows()));
            for (int i : operation.arguments()) {
                Node argument = node.inputs().get(i);
                List<Row> rows = taken(argument, repeated.kept(), equal, candidates);
                if (!isRun(rows)) {
                    Repeated source = candidates.get(argument);
                    boolean computed = source != null && source.kept().equals(repeated.kept());
                    cut.edge(node, computed ? argument : MinimumCut.SECOND, costs.copying(argument.type(), kept, kept));
                }
            }
        });
        for (Node node : graph.nodes()) {
            Repeated taker = candidates.get(node);
            for (int i = 0; i < node.inputs().size(); i++) {
                boolean takesRows =
                        taker != null && taker.operation().arguments().contains(i);
                needs(cut, takesRows ? node : MinimumCut.SECOND, node.inputs().get(i), candidates);
            }
        }
        graph.outputs().values().forEach(output -> needs(cut, MinimumCut.SECOND, output, candidates));
        return cut;
    }

    private static void needs(MinimumCut cut, Object taker, Node value, Map<Node, Repeated> candidates) {
        if (candidates.containsKey(value)) {
            cut.edge(new Copy(value), taker, MinimumCut.NEVER);
        }
    }

    /** Where to take an argument's rows from: as a view of it, if they cannot be had as one otherwise. */
    private static List<Row> taken(Node argument, List<Long> kept, EqualRows equal, Map<Node, Repeated> shared) {
        List<Row> rows = equal.of(argument, kept);
        List<Row> own = kept.stream().map(index -> new Row(argument, index)).toList();
        return !isRun(rows) && isRun(own) && !shared.containsKey(argument) ? own : rows;
    }

    private static boolean isRun(List<Row> rows) {
        for (int i = 1; i < rows.size(); i++) {
            if (!rows.get(i).equals(next(rows.get(i - 1)))) {
                return false;
            }
        }
        return true;
    }

    private static Row next(Row row) {
        return new Row(row.value(), row.index() + 1);
    }

    /** Puts rows together, each set of them once. */
    private static final class Gathering {
        private final Map<Node, Repeated> shared;
        private final Map<Node, Node> computed = new HashMap<>();
        private final Map<List<Row>, Node> gathered = new HashMap<>();

        Gathering(Map<Node, Repeated> shared) {
            this.shared = shared;
        }

        void computed(Node node, Node fewer) {
            computed.put(node, fewer);
        }

        /**
         * @param rows of the old graph's values
         * @param replaced gives the new graph's
         */
        Node of(List<Row> rows, UnaryOperator<Node> replaced) {
            List<Row> sources = rows.stream().map(row -> source(row, replaced)).toList();
            return gathered.computeIfAbsent(sources, Gathering::joined);
        }

        /** Where a row stands in the new graph. */
        private Row source(Row row, UnaryOperator<Node> replaced) {
            Node fewer = computed.get(row.value());
            return fewer == null
                    ? new Row(replaced.apply(row.value()), row.index())
                    : new Row(fewer, shared.get(row.value()).kept().indexOf(row.index()));
        }

        private static Node joined(List<Row> rows) {
            List<Node> runs = new ArrayList<>();
            int start = 0;
            for (int end = 1; end <= rows.size(); end++) {
                if (end == rows.size() || !isRun(rows.subList(start, end + 1))) {
                    runs.add(run(rows.get(start), end - start));
                    start = end;
                }
            }
            return runs.size() == 1
                    ? runs.get(0)
                    : new Node(new Concat(0), runs, runs.get(0).scope());
        }

        private static Node run(Row first, long rows) {
            Node value = first.value();
            Slice slice = new Slice(0, first.index(), first.index() + rows);
            return rows == value.type().size(0) ? value : new Node(slice, List.of(value), value.scope());
        }
    }
}
