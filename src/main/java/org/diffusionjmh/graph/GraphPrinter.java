package org.diffusionjmh.graph;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Prints a graph as text, one node a line: {@code %41 = GroupNorm[groups=32, eps=1.0E-5](%40, %7, %8) : FP16[2, 320, 128, 128]}. */
public final class GraphPrinter {
    private GraphPrinter() {}

    public static String print(Graph graph) {
        Map<Node, String> names = new HashMap<>();
        StringBuilder text = new StringBuilder("graph ").append(graph.name()).append('\n');
        for (Node node : graph.nodes()) {
            names.put(node, "%" + names.size());
            text.append("  ").append(names.get(node)).append(" = ");
            text.append(node.op() instanceof SourceOp.Constant ? "Constant" : node.op());
            text.append(node.inputs().stream().map(names::get).collect(Collectors.joining(", ", "(", ")")));
            text.append(" : ").append(node.type());
            text.append(node.scope().isEmpty() ? "" : "  # " + node.scope()).append('\n');
        }
        graph.outputs().forEach((label, node) -> text.append("  return ")
                .append(label)
                .append(" = ")
                .append(names.get(node))
                .append('\n'));
        return text.toString();
    }
}
