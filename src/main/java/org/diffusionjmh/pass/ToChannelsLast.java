package org.diffusionjmh.pass;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.diffusionjmh.graph.ContractionOp.Conv2d;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.LayoutOp.ChannelsLast;
import org.diffusionjmh.graph.LayoutOp.Contiguous;
import org.diffusionjmh.graph.MovementOp.Reshape;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.SourceOp;

/**
 * Lays feature maps out with channels innermost, from the inputs to the last convolution: weights of convolutions, and inputs
 * {@code [N, C, H, W]} or else what the first convolution takes, are converted, and all that follows keeps the layout. Going over to a sequence of pixels then copies nothing.
 * Outputs are converted back.
 */
public final class ToChannelsLast implements Pass {
    private static final int FEATURE_MAP_RANK = 4;

    @Override
    public String id() {
        return "to-channels-last";
    }

    @Override
    public Rewrite apply(Graph graph) {
        if (graph.nodesOf(Conv2d.class).isEmpty()) {
            return new Rewrite(graph, 0);
        }
        Set<Node> maps = maps(graph);
        Set<Node> laidOut = laidOut(graph, maps);
        Rewrite converted = Rewrite.of(graph, (node, replaced) -> {
            if (maps.contains(node)) {
                return Optional.of(channelsLast(node, node.scope()));
            }
            if (!(node.op() instanceof Conv2d)) {
                return Optional.empty();
            }
            List<Node> arguments = new ArrayList<>(replaced.apply(node).inputs());
            if (!laidOut.contains(node.inputs().get(0))) {
                arguments.set(0, channelsLast(arguments.get(0), node.scope()));
            }
            arguments.set(1, channelsLast(arguments.get(1), node.scope()));
            return Optional.of(new Node(node.op(), arguments, node.scope()));
        });
        return new Rewrite(withContiguousOutputs(converted.graph()), converted.matches());
    }

    /** Inputs that are used as feature maps: not those that are only given another shape, which is of row-major elements. */
    private static Set<Node> maps(Graph graph) {
        Set<Node> maps = new HashSet<>(graph.outputs().values());
        graph.nodes().stream()
                .filter(node -> !(node.op() instanceof Reshape))
                .forEach(node -> maps.addAll(node.inputs()));
        maps.removeIf(
                node -> !(node.op() instanceof SourceOp.Input) || node.type().rank() != FEATURE_MAP_RANK);
        return maps;
    }

    /** What has the layout because it comes from something that has: from a feature map, or from a convolution. */
    private static Set<Node> laidOut(Graph graph, Set<Node> maps) {
        Set<Node> laidOut = new HashSet<>(maps);
        for (Node node : graph.nodes()) {
            if (node.op() instanceof Conv2d || node.inputs().stream().anyMatch(laidOut::contains)) {
                laidOut.add(node);
            }
        }
        return laidOut;
    }

    private static Node channelsLast(Node x, String scope) {
        return new Node(new ChannelsLast(), List.of(x), scope);
    }

    private static Graph withContiguousOutputs(Graph graph) {
        Map<String, Node> outputs = new LinkedHashMap<>();
        graph.outputs()
                .forEach((label, node) -> outputs.put(label, new Node(new Contiguous(), List.of(node), node.scope())));
        return new Graph(graph.name(), graph.inputs(), outputs);
    }
}
