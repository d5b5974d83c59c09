package org.diffusionjmh.pass;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.diffusionjmh.graph.ContractionOp.Linear;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.MovementOp.Concat;
import org.diffusionjmh.graph.MovementOp.Expand;
import org.diffusionjmh.graph.MovementOp.Permute;
import org.diffusionjmh.graph.MovementOp.Reshape;
import org.diffusionjmh.graph.MovementOp.Slice;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.OneDnnOp.PackedLinear;
import org.diffusionjmh.graph.OneDnnOp.PackedLinearBinary;
import org.diffusionjmh.graph.OneDnnOp.PackedLinearGelu;
import org.diffusionjmh.graph.Op;
import org.diffusionjmh.graph.PointwiseOp;
import org.diffusionjmh.graph.SourceOp;

/**
 * Computes for all rows of a table at once what a graph computes for one: every value that depends on a scheduled input gets a dimension
 * in front, {@code [rows, ...]}. What the linear layers of a time embedding do for each step is then one product.
 */
final class Tabulation {
    private final long rows;
    private final Map<Node, Node> tables = new HashMap<>();

    private Tabulation(long rows) {
        this.rows = rows;
    }

    /**
     * Whether a node can be computed for all rows at once.
     *
     * @param isRow which of its arguments are of a row
     */
    static boolean applies(Node node, Predicate<Node> isRow) {
        List<Node> inputs = node.inputs();
        Op op = node.op();
        if (op instanceof Linear
                || op instanceof PackedLinear
                || op instanceof PackedLinearGelu
                || op instanceof PackedLinearBinary) {
            int operands = operands(op);
            return isRow.test(inputs.get(0))
                    && inputs.subList(operands, inputs.size()).stream().noneMatch(isRow);
        }
        return op instanceof PointwiseOp
                || op instanceof Reshape
                || op instanceof Permute
                || op instanceof Slice
                || op instanceof Expand
                || op instanceof Concat;
    }

    /** How many arguments of a product are no parameters. */
    private static int operands(Op product) {
        return product instanceof PackedLinearBinary ? 2 : 1;
    }

    /**
     * The graph for all rows.
     *
     * @param graph takes rows as {@linkplain SourceOp.Pace#SCHEDULED scheduled} inputs, and other inputs; all nodes that depend on a row
     *     are such that {@link #applies}
     * @return takes the tables instead of the rows, and gives tables
     */
    static Graph of(Graph graph, long rows) {
        return new Tabulation(rows).apply(graph);
    }

    private Graph apply(Graph graph) {
        for (Node node : graph.nodes()) {
            if (node.op() instanceof SourceOp.Input input && input.pace() == SourceOp.Pace.SCHEDULED) {
                List<Long> shape = tabulated(node.type().shape());
                tables.put(
                        node,
                        new Node(
                                new SourceOp.Input(input.label(), node.type().withShape(shape), SourceOp.Pace.RUN),
                                List.of(),
                                node.scope()));
            } else if (node.inputs().stream().anyMatch(tables::containsKey)) {
                tables.put(node, table(node));
            }
        }
        List<Node> inputs = graph.inputs().stream()
                .map(input -> tables.getOrDefault(input, input))
                .toList();
        Map<String, Node> outputs = new LinkedHashMap<>();
        graph.outputs().forEach((label, node) -> outputs.put(label, tables.get(node)));
        return new Graph(graph.name(), inputs, outputs);
    }

    private Node table(Node node) {
        Op op = node.op();
        if (op instanceof Reshape reshape) {
            return with(new Reshape(tabulated(reshape.shape())), node);
        }
        if (op instanceof Expand expand) {
            return with(new Expand(tabulated(expand.shape())), node);
        }
        if (op instanceof Permute permute) {
            List<Integer> order = new ArrayList<>(List.of(0));
            permute.order().forEach(dimension -> order.add(dimension + 1));
            return with(new Permute(order), node);
        }
        if (op instanceof Slice slice) {
            return with(new Slice(behindRows(slice.dimension()), slice.start(), slice.end()), node);
        }
        if (op instanceof Concat concat) {
            return new Node(
                    new Concat(behindRows(concat.dimension())),
                    node.inputs().stream().map(this::repeated).toList(),
                    node.scope());
        }
        if (op instanceof PackedLinearBinary) {
            List<Node> arguments = new ArrayList<>(node.inputs());
            arguments.replaceAll(argument -> tables.getOrDefault(argument, argument));
            arguments.set(1, repeated(node.inputs().get(1)));
            return new Node(op, arguments, node.scope());
        }
        return op instanceof PointwiseOp ? aligned(node) : with(op, node);
    }

    private Node with(Op op, Node node) {
        return new Node(
                op,
                node.inputs().stream()
                        .map(input -> tables.getOrDefault(input, input))
                        .toList(),
                node.scope());
    }

    /** Shapes broadcast from their end, so a table of less rank than the result needs its rows in front. */
    private Node aligned(Node node) {
        List<Node> arguments = node.inputs().stream()
                .map(input ->
                        tables.containsKey(input) ? padded(input, node.type().rank()) : input)
                .toList();
        return new Node(node.op(), arguments, node.scope());
    }

    private Node padded(Node row, int rank) {
        int missing = rank - row.type().rank();
        if (missing == 0) {
            return tables.get(row);
        }
        List<Long> shape = new ArrayList<>(Collections.nCopies(missing, 1L));
        shape.addAll(row.type().shape());
        return new Node(new Reshape(tabulated(shape)), List.of(tables.get(row)), row.scope());
    }

    /** The table of a value; for one that does not depend on the row, the same in every row. */
    private Node repeated(Node value) {
        Node table = tables.get(value);
        if (table != null) {
            return table;
        }
        List<Long> single = new ArrayList<>(List.of(1L));
        single.addAll(value.type().shape());
        Node row = new Node(new Reshape(single), List.of(value), value.scope());
        return new Node(new Expand(tabulated(value.type().shape())), List.of(row), value.scope());
    }

    private List<Long> tabulated(List<Long> shape) {
        List<Long> table = new ArrayList<>(List.of(rows));
        table.addAll(shape);
        return table;
    }

    private static int behindRows(int dimension) {
        return dimension < 0 ? dimension : dimension + 1;
    }
}
