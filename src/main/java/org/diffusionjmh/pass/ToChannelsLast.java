package org.diffusionjmh.pass;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diffusionjmh.graph.ContractionOp.Conv2d;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.LayoutOp.ChannelsLast;
import org.diffusionjmh.graph.LayoutOp.Contiguous;
import org.diffusionjmh.graph.Node;

/**
 * Lays feature maps out with channels innermost, from the first convolution to the last: weights of convolutions and what the first ones
 * take are converted, and all that follows keeps the layout. Going over to a sequence of pixels then copies nothing. Outputs are
 * converted back.
 */
public final class ToChannelsLast implements Pass {
    @Override
    public String id() {
        return "to-channels-last";
    }

    @Override
    public Rewrite apply(Graph graph) {
        Rewrite converted = Rewrite.of(graph, (node, replaced) -> {
            if (!(node.op() instanceof Conv2d)) {
                return Optional.empty();
            }
            Node copy = replaced.apply(node);
            List<Node> arguments = new java.util.ArrayList<>(copy.inputs());
            arguments.set(1, channelsLast(arguments.get(1), copy.scope()));
            if (graph.inputs().contains(arguments.get(0))) {
                arguments.set(0, channelsLast(arguments.get(0), copy.scope()));
            }
            return Optional.of(new Node(node.op(), arguments, node.scope()));
        });
        return converted.matches() == 0
                ? converted
                : new Rewrite(withContiguousOutputs(converted.graph()), converted.matches());
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
