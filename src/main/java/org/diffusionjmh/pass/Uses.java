package org.diffusionjmh.pass;

import java.util.HashMap;
import java.util.Map;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.Node;

/** How often each value of a graph is taken, by nodes and as an output. */
final class Uses {
    private final Map<Node, Integer> counts = new HashMap<>();

    Uses(Graph graph) {
        graph.nodes().forEach(node -> node.inputs().forEach(this::count));
        graph.outputs().values().forEach(this::count);
    }

    private void count(Node node) {
        counts.merge(node, 1, Integer::sum);
    }

    boolean isUsed(Node node) {
        return counts.containsKey(node);
    }

    /** Whether a value has one taker, so that fusing it into that one repeats no work. */
    boolean isSingle(Node node) {
        return counts.getOrDefault(node, 0) == 1;
    }
}
