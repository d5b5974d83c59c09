package org.diffusionjmh.pass;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.diffusionjmh.graph.ContractionOp.Linear;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.MovementOp.Concat;
import org.diffusionjmh.graph.MovementOp.Slice;
import org.diffusionjmh.graph.Node;

/**
 * Computes linear layers of one argument as one product with their weights stacked, {@code [W1; W2; ...] x}, and slices the result: one
 * large product runs faster than several small ones. The stacked weight depends on weights only, so it is made once.
 */
public final class MergeLinears implements Pass {
    private final String id;
    private final Grouping grouping;

    /** Which of the layers that share an argument belong together. */
    @FunctionalInterface
    private interface Grouping {
        Optional<Object> group(Node linear);
    }

    private record Group(Node x, boolean bias, Object group) {}

    private MergeLinears(String id, Grouping grouping) {
        this.id = id;
        this.grouping = grouping;
    }

    /**
     * Queries, keys and values of self-attention; keys and values of attention to the text. They are the layers of one module that share
     * their argument.
     */
    public static Pass attentionProjections() {
        return new MergeLinears("merge-attention-projections", linear -> Optional.of(parent(linear.scope())));
    }

    /** The projections of the time embedding, one per residual block. They are the ones whose argument {@code [N, C]} has no positions. */
    public static Pass timeProjections() {
        return new MergeLinears(
                "merge-time-projections", linear -> linear.type().rank() == 2 ? Optional.of("") : Optional.empty());
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public Rewrite apply(Graph graph) {
        Map<Node, List<Node>> groups = groups(graph);
        Map<List<Node>, Node> products = new HashMap<>();
        return Rewrite.of(graph, (node, replaced) -> {
            List<Node> group = groups.get(node);
            if (group == null) {
                return Optional.empty();
            }
            Node product = products.computeIfAbsent(group, members -> product(members, replaced));
            long start = group.stream()
                    .takeWhile(member -> member != node)
                    .mapToLong(member -> member.type().size(-1))
                    .sum();
            Slice slice = new Slice(-1, start, start + node.type().size(-1));
            return Optional.of(new Node(slice, List.of(product), node.scope()));
        });
    }

    /** The members of each layer's group, for layers whose group has several. */
    private Map<Node, List<Node>> groups(Graph graph) {
        Set<Node> fixed = WeightFolding.fixed(graph);
        Map<Group, List<Node>> groups = new LinkedHashMap<>();
        for (Node linear : graph.nodesOf(Linear.class)) {
            List<Node> parameters = linear.inputs().subList(1, linear.inputs().size());
            // What depends on weights only, every node of the group may take, wherever it stands.
            if (fixed.containsAll(parameters)) {
                grouping.group(linear)
                        .map(group -> new Group(linear.inputs().get(0), parameters.size() == 2, group))
                        .ifPresent(group -> groups.computeIfAbsent(group, key -> new ArrayList<>())
                                .add(linear));
            }
        }
        Map<Node, List<Node>> members = new HashMap<>();
        groups.values().stream()
                .filter(group -> group.size() > 1)
                .forEach(group -> group.forEach(linear -> members.put(linear, group)));
        return members;
    }

    private static Node product(List<Node> linears, UnaryOperator<Node> replaced) {
        String scope = parent(linears.get(0).scope());
        List<Node> arguments = new ArrayList<>();
        arguments.add(replaced.apply(linears.get(0).inputs().get(0)));
        for (int i = 1; i < linears.get(0).inputs().size(); i++) {
            int parameter = i;
            List<Node> parts = linears.stream()
                    .map(linear -> linear.inputs().get(parameter))
                    .toList();
            arguments.add(new Node(new Concat(0), parts, scope));
        }
        return new Node(new Linear(), arguments, scope);
    }

    private static String parent(String scope) {
        return scope.substring(0, Math.max(0, scope.lastIndexOf('.')));
    }
}
