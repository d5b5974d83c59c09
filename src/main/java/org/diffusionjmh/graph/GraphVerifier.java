package org.diffusionjmh.graph;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks that a graph is legal. Every graph runs it when it is made, so that there are no others. */
final class GraphVerifier {
    private GraphVerifier() {}

    /**
     * @throws IllegalStateException naming the first node that breaks a rule: a type that its inputs do not give, an input that is not
     *     declared, two inputs or two weights of one name and different types
     */
    static void verify(Graph graph) {
        Set<Node> declared = new HashSet<>(graph.inputs());
        Set<String> labels = new HashSet<>();
        for (Node input : graph.inputs()) {
            if (!(input.op() instanceof SourceOp.Input declaration)) {
                throw new IllegalStateException(graph.name() + ": " + input + " is declared as an input");
            }
            if (!labels.add(declaration.label())) {
                throw new IllegalStateException(graph.name() + ": two inputs are named '" + declaration.label() + "'");
            }
        }
        java.util.Map<String, TensorType> weights = new java.util.HashMap<>();
        for (Node node : graph.nodes()) {
            List<TensorType> arguments = node.inputs().stream().map(Node::type).toList();
            if (!node.op().infer(arguments).equals(node.type())) {
                throw new IllegalStateException(graph.name() + ": " + node + ", its inputs give "
                        + node.op().infer(arguments));
            }
            if (node.op() instanceof SourceOp.Input && !declared.contains(node)) {
                throw new IllegalStateException(graph.name() + ": " + node + " is not among the declared inputs");
            }
            if (node.op() instanceof SourceOp.Weight weight) {
                TensorType other = weights.putIfAbsent(weight.key(), weight.type());
                if (other != null && !other.equals(weight.type())) {
                    throw new IllegalStateException(graph.name() + ": weight '" + weight.key() + "' is used as " + other
                            + " and as " + weight.type());
                }
            }
        }
    }
}
