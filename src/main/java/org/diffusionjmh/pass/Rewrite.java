package org.diffusionjmh.pass;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.Node;

/**
 * What a pass made of a graph.
 *
 * @param graph the rewritten graph; the very graph that was given if nothing matched
 * @param matches how often the pass matched
 */
public record Rewrite(Graph graph, int matches) {
    /** A replacement of single nodes. */
    @FunctionalInterface
    interface Rule {
        /**
         * The node to use instead of one, if the rule matches.
         *
         * @param node a node of the old graph
         * @param replaced gives the new graph's node for any node that this one depends on, directly or not; for the node itself, its
         *     copy on the new graph's arguments
         */
        Optional<Node> replace(Node node, UnaryOperator<Node> replaced);
    }

    /** Offers every node to a rule, in order of evaluation. Nodes that nothing needs any more disappear. */
    static Rewrite of(Graph graph, Rule rule) {
        Map<Node, Node> replaced = new HashMap<>();
        int matches = 0;
        UnaryOperator<Node> lookup = wanted -> replaced.computeIfAbsent(wanted, node -> rebuilt(node, replaced));
        for (Node node : graph.nodes()) {
            Optional<Node> replacement = rule.replace(node, lookup);
            matches += replacement.isPresent() ? 1 : 0;
            replaced.put(node, replacement.orElseGet(() -> lookup.apply(node)));
        }
        if (matches == 0) {
            return new Rewrite(graph, 0);
        }
        Map<String, Node> outputs = new LinkedHashMap<>();
        graph.outputs().forEach((label, node) -> outputs.put(label, replaced.get(node)));
        return new Rewrite(new Graph(graph.name(), graph.inputs(), outputs), matches);
    }

    private static Node rebuilt(Node node, Map<Node, Node> replaced) {
        List<Node> inputs = node.inputs().stream().map(replaced::get).toList();
        return inputs.equals(node.inputs()) ? node : new Node(node.op(), inputs, node.scope());
    }
}
