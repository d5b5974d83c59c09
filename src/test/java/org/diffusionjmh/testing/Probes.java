package org.diffusionjmh.testing;

import java.util.LinkedHashMap;
import java.util.Map;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.Node;

/** Looks inside a network: recorded results of modules become outputs of the graph. */
public final class Probes {
    private Probes() {}

    /**
     * Adds an output for each module that was recorded: the last node made in its scope or below it.
     *
     * @param prefix what stands before the module's name in the golden file; outputs are named as the golden tensors
     */
    public static Graph expose(Graph graph, GoldenTensors golden, String prefix) {
        Map<String, Node> outputs = new LinkedHashMap<>(graph.outputs());
        for (Node node : graph.nodes()) {
            String scope = node.scope();
            while (!scope.isEmpty()) {
                if (golden.has(prefix + scope)) {
                    outputs.put(prefix + scope, node);
                }
                scope = scope.substring(0, Math.max(0, scope.lastIndexOf('.')));
            }
        }
        return new Graph(graph.name(), graph.inputs(), outputs);
    }
}
