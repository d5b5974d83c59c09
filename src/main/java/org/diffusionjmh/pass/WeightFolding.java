package org.diffusionjmh.pass;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.SourceOp;

/**
 * A graph from which all work on weights is taken out: what depends on weights and constants only is a weight itself.
 *
 * @param main the graph, in which each such value is a {@link SourceOp.Weight} whose key is the expression it stands for
 * @param folded the values, by that key: nodes over weights and constants
 */
public record WeightFolding(Graph main, Map<String, Node> folded) {
    public WeightFolding {
        folded = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(folded));
    }

    /** Takes the largest expressions over weights out of a graph. */
    public static WeightFolding of(Graph graph) {
        Set<Node> fixed = fixed(graph);
        Map<Node, String> expressions = new HashMap<>();
        Map<String, Node> folded = new LinkedHashMap<>();
        Set<Node> roots = roots(graph, fixed);
        Rewrite rewrite = Rewrite.of(graph, (node, replaced) -> {
            if (!roots.contains(node)) {
                return Optional.empty();
            }
            String key = expression(node, expressions);
            folded.put(key, node);
            return Optional.of(new Node(new SourceOp.Weight(key, node.type()), List.of(), node.scope()));
        });
        return new WeightFolding(rewrite.graph(), folded);
    }

    /** All nodes that depend on weights and constants only. */
    static Set<Node> fixed(Graph graph) {
        Set<Node> fixed = new HashSet<>();
        for (Node node : graph.nodes()) {
            boolean computed = !(node.op() instanceof SourceOp);
            if (computed ? fixed.containsAll(node.inputs()) : !(node.op() instanceof SourceOp.Input)) {
                fixed.add(node);
            }
        }
        return fixed;
    }

    /** Computed values over weights that something else, or an output, takes. */
    private static Set<Node> roots(Graph graph, Set<Node> fixed) {
        List<Node> taken = new ArrayList<>(graph.outputs().values());
        graph.nodes().stream().filter(node -> !fixed.contains(node)).forEach(node -> taken.addAll(node.inputs()));
        return taken.stream()
                .filter(fixed::contains)
                .filter(node -> !(node.op() instanceof SourceOp))
                .collect(Collectors.toSet());
    }

    /** The same text for the same value in any graph of the network: {@code Concat[dimension=0](to_k.weight, to_v.weight)}. */
    private static String expression(Node node, Map<Node, String> known) {
        String text = known.get(node);
        if (text == null) {
            text = node.op() instanceof SourceOp.Weight weight
                    ? weight.key() + " " + weight.type()
                    : node.op()
                            + node.inputs().stream()
                                    .map(input -> expression(input, known))
                                    .collect(Collectors.joining(", ", "(", ")"));
            known.put(node, text);
        }
        return text;
    }
}
