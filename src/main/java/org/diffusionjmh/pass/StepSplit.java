package org.diffusionjmh.pass;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.MovementOp;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.SourceOp;

/**
 * A graph in two parts: what is computed once per run, from inputs that are {@linkplain SourceOp.Input#perRun per run}, and what is
 * computed in each step. In a U-Net the first part is mainly the keys and values of the text for all cross-attention layers.
 *
 * @param perRun takes the per-run inputs; its outputs are the values that the steps need
 * @param perStep takes those of the graph's inputs that a step needs itself, in their order, then the outputs of {@code perRun}
 */
public record StepSplit(Graph perRun, Graph perStep) {
    private static final String LABEL = "per_run.";

    /** Splits a graph; empty if it has nothing that is worth keeping over the steps. */
    public static Optional<StepSplit> of(Graph graph) {
        Map<String, Node> kept = new LinkedHashMap<>();
        for (Node node : boundary(graph, perRun(graph))) {
            kept.put(LABEL + kept.size(), node);
        }
        if (kept.isEmpty()) {
            return Optional.empty();
        }
        List<Node> runInputs = graph.inputs().stream()
                .filter(input -> ((SourceOp.Input) input.op()).perRun())
                .toList();
        return Optional.of(new StepSplit(new Graph(graph.name() + "_per_run", runInputs, kept), step(graph, kept)));
    }

    /** All nodes that depend on per-run inputs and on no others. */
    static Set<Node> perRun(Graph graph) {
        Set<Node> dependent = dependentOn(graph, true);
        dependent.removeAll(dependentOn(graph, false));
        return dependent;
    }

    /** All nodes that depend on an input of one of the two kinds. */
    private static Set<Node> dependentOn(Graph graph, boolean perRun) {
        Set<Node> dependent = new HashSet<>();
        for (Node node : graph.nodes()) {
            boolean isInput = node.op() instanceof SourceOp.Input input && input.perRun() == perRun;
            if (isInput || node.inputs().stream().anyMatch(dependent::contains)) {
                dependent.add(node);
            }
        }
        return dependent;
    }

    /** Computed per-run values that a step takes. Views are left to the step: they cost nothing, and several may share one value. */
    private static Set<Node> boundary(Graph graph, Set<Node> perRun) {
        Stream<Node> taken = Stream.concat(
                graph.outputs().values().stream(),
                graph.nodes().stream().filter(node -> !perRun.contains(node)).flatMap(node -> node.inputs().stream()));
        Set<Node> boundary = new LinkedHashSet<>();
        taken.filter(perRun::contains)
                .map(StepSplit::viewed)
                .filter(node -> !(node.op() instanceof SourceOp))
                .forEach(boundary::add);
        return boundary;
    }

    private static Node viewed(Node node) {
        Node current = node;
        while (current.op() instanceof MovementOp.Slice
                || current.op() instanceof MovementOp.Reshape
                || current.op() instanceof MovementOp.Permute
                || current.op() instanceof MovementOp.Expand) {
            current = current.inputs().get(0);
        }
        return current;
    }

    private static Graph step(Graph graph, Map<String, Node> kept) {
        Map<Node, Node> arguments = new LinkedHashMap<>();
        kept.forEach((label, node) ->
                arguments.put(node, new Node(new SourceOp.Input(label, node.type(), true), List.of(), node.scope())));
        List<Node> inputs = new ArrayList<>(graph.inputs());
        inputs.addAll(arguments.values());
        Graph declared = new Graph(graph.name(), inputs, graph.outputs());
        return withoutUnused(Rewrite.of(declared, (node, replaced) -> Optional.ofNullable(arguments.get(node)))
                .graph());
    }

    /** Per-run inputs that no step takes are not arguments of a step. */
    private static Graph withoutUnused(Graph graph) {
        Uses uses = new Uses(graph);
        List<Node> inputs = graph.inputs().stream()
                .filter(input -> !((SourceOp.Input) input.op()).perRun() || uses.isUsed(input))
                .toList();
        return new Graph(graph.name(), inputs, graph.outputs());
    }
}
