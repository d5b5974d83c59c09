package org.diffusionjmh.pass;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.diffusionjmh.graph.ContractionOp.Conv2d;
import org.diffusionjmh.graph.ConvTile;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.KernelOp.ConvKernel;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.PointwiseOp.Add;

/**
 * Hands convolutions to this project's own kernels where the device is faster that way, with their bias and with the residual that is added
 * to their result. Work on weights, and work of a whole run, stays libtorch's.
 */
public final class SelectConv implements Pass {
    private static final int WITH_BIAS = 3;

    private final ConvChoice choice;

    public SelectConv(ConvChoice choice) {
        this.choice = choice;
    }

    @Override
    public String id() {
        return "select-conv";
    }

    @Override
    public Rewrite apply(Graph graph) {
        Map<Node, Node> sums = sums(graph);
        Map<Node, ConvTile> tiles = tiles(graph, sums);
        Map<Node, Node> absorbing = new HashMap<>();
        sums.forEach((conv, sum) -> {
            if (tiles.containsKey(conv)) {
                absorbing.put(sum, conv);
            }
        });
        return Rewrite.of(graph, (node, replaced) -> {
            if (absorbing.containsKey(node)) {
                Node conv = absorbing.get(node);
                Node residual = node.inputs().get(node.inputs().get(0) == conv ? 1 : 0);
                return Optional.of(kernel(conv, tiles.get(conv), Optional.of(residual), replaced));
            }
            return tiles.containsKey(node) && !sums.containsKey(node)
                    ? Optional.of(kernel(node, tiles.get(node), Optional.empty(), replaced))
                    : Optional.empty();
        });
    }

    private Map<Node, ConvTile> tiles(Graph graph, Map<Node, Node> sums) {
        Map<Node, ConvTile> tiles = new HashMap<>();
        for (Node node : graph.nodesOf(Conv2d.class)) {
            if (isMatch(node)) {
                ConvLayer layer = new ConvLayer(
                        node.inputs().get(0).type(),
                        node.inputs().get(1).type(),
                        ((Conv2d) node.op()).padding(),
                        sums.containsKey(node));
                choice.tile(layer).ifPresent(tile -> tiles.put(node, tile));
            }
        }
        return tiles;
    }

    /** Stride 1, a square window. */
    private static boolean isMatch(Node node) {
        List<Long> weight = node.inputs().get(1).type().shape();
        return ((Conv2d) node.op()).stride() == 1 && weight.get(2).equals(weight.get(3));
    }

    /** The sum of each convolution whose result goes into it and nowhere else. */
    private static Map<Node, Node> sums(Graph graph) {
        Uses uses = new Uses(graph);
        Map<Node, Node> sums = new HashMap<>();
        for (Node add : graph.nodesOf(Add.class)) {
            boolean plain = add.inputs().stream().allMatch(input -> input.type().equals(add.type()));
            // the later of two convolutions takes the other's result
            add.inputs().stream()
                    .filter(input -> plain && input.op() instanceof Conv2d && isMatch(input) && uses.isSingle(input))
                    .reduce((first, second) -> second)
                    .ifPresent(conv -> sums.put(conv, add));
        }
        return sums;
    }

    private static Node kernel(Node conv, ConvTile tile, Optional<Node> residual, UnaryOperator<Node> replaced) {
        List<Node> arguments =
                new ArrayList<>(conv.inputs().stream().map(replaced).toList());
        residual.map(replaced).ifPresent(arguments::add);
        ConvKernel kernel =
                new ConvKernel(((Conv2d) conv.op()).padding(), conv.inputs().size() == WITH_BIAS, tile);
        return new Node(kernel, arguments, conv.scope());
    }
}
