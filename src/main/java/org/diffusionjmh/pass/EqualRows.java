package org.diffusionjmh.pass;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.MovementOp.Expand;
import org.diffusionjmh.graph.MovementOp.Slice;
import org.diffusionjmh.graph.Node;

/**
 * Which rows of a graph's values, elements of dimension 0, are equal whatever goes in. Rows are equal that are the same row of one value,
 * repeated by a concatenation or an expansion; and so are rows that a row-wise operation computes from equal rows.
 */
final class EqualRows {
    private final Map<Node, List<Row>> rows = new HashMap<>();
    private final Map<Node, Repeated> repeated = new LinkedHashMap<>();

    /** A row of a value. */
    record Row(Node value, long index) {}

    /**
     * A row-wise operation some of whose rows are equal.
     *
     * @param operation the operation
     * @param kept the rows to compute, ascending: of equal ones the last. Where the first part of a batch is like a later one, these stand
     *     next to each other, and are a view of what has all rows
     */
    record Repeated(Rowwise operation, List<Long> kept) {
        Repeated {
            kept = List.copyOf(kept);
        }
    }

    private EqualRows() {}

    static EqualRows of(Graph graph) {
        EqualRows equal = new EqualRows();
        Set<Node> fixed = WeightFolding.fixed(graph); // has no batch
        graph.nodes().stream()
                .filter(node -> node.type().rank() > 0 && !fixed.contains(node))
                .forEach(equal::add);
        return equal;
    }

    /** The row-wise operations that have equal rows, in order. */
    Map<Node, Repeated> repeated() {
        return Collections.unmodifiableMap(repeated);
    }

    /** A value's rows, equal ones as one row of one value: of this, or of one that this is made from. */
    List<Row> of(Node value) {
        return Optional.ofNullable(rows.get(value))
                .orElseGet(() -> LongStream.range(0, value.type().size(0))
                        .mapToObj(index -> new Row(value, index))
                        .toList());
    }

    /** Some of a value's rows. */
    List<Row> of(Node value, List<Long> indices) {
        List<Row> all = of(value);
        return indices.stream().map(index -> all.get(index.intValue())).toList();
    }

    private void add(Node node) {
        if (Rowwise.joinsRows(node)) {
            addJoined(node);
        } else if (Rowwise.slicesRows(node)) {
            Slice slice = (Slice) node.op();
            List<Row> all = of(node.inputs().get(0));
            rows.put(node, all.subList((int) slice.start(), (int) slice.end()));
        } else if (node.op() instanceof Expand
                && node.inputs().get(0).type().size(0) < node.type().size(0)) {
            long size = node.type().size(0);
            rows.put(node, Collections.nCopies((int) size, new Row(node, size - 1)));
        } else {
            Rowwise.of(node).ifPresent(this::addComputed);
        }
    }

    /** Where all parts are different the rows are, too. */
    private void addJoined(Node concat) {
        List<Node> parts = concat.inputs();
        if (new HashSet<>(parts).size() < parts.size() || parts.stream().anyMatch(rows::containsKey)) {
            rows.put(concat, parts.stream().flatMap(part -> of(part).stream()).toList());
        }
    }

    private void addComputed(Rowwise operation) {
        Node node = operation.node();
        List<List<Row>> arguments = operation.arguments().stream()
                .map(node.inputs()::get)
                .filter(rows::containsKey)
                .map(rows::get)
                .toList();
        if (arguments.size() < operation.arguments().size()) {
            return; // an argument whose rows all differ
        }
        Map<List<Row>, Long> last = new HashMap<>();
        List<List<Row>> keys = new ArrayList<>();
        for (int i = 0; i < operation.rows(); i++) {
            int row = i;
            List<Row> key =
                    arguments.stream().map(argument -> argument.get(row)).toList();
            keys.add(key);
            last.put(key, (long) i);
        }
        if (last.size() < keys.size()) {
            rows.put(
                    node, keys.stream().map(key -> new Row(node, last.get(key))).toList());
            repeated.put(
                    node,
                    new Repeated(operation, last.values().stream().sorted().toList()));
        }
    }
}
