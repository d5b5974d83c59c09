package org.diffusionjmh.pass;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.diffusionjmh.graph.ContractionOp.Conv2d;
import org.diffusionjmh.graph.ConvTile;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.KernelOp.ConvKernel;
import org.diffusionjmh.graph.KernelOp.DoublingConvKernel;
import org.diffusionjmh.graph.KernelOp.InterleaveKernel;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.PointwiseOp.Add;
import org.diffusionjmh.pass.ConvLayer.After;

/**
 * Hands convolutions to this project's own kernels where the device is faster that way, with their bias, and with what takes their result:
 * the sum with a residual, or putting four phases of pixels side by side.
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

    /**
     * A convolution and what becomes of it.
     *
     * @param last what stands for its result, and is replaced: the convolution itself, or what takes it
     */
    private record Match(Node conv, After after, Node last) {
        ConvLayer layer() {
            List<Node> inputs = conv.inputs();
            return new ConvLayer(inputs.get(0).type(), inputs.get(1).type(), ((Conv2d) conv.op()).padding(), after);
        }
    }

    @Override
    public Rewrite apply(Graph graph) {
        Map<Node, Match> matches = matches(graph);
        Map<ConvLayer, ConvTile> tiles = choice.tiles(
                new LinkedHashSet<>(matches.values().stream().map(Match::layer).toList()));
        Map<Node, Match> chosen = new HashMap<>();
        matches.values().stream()
                .filter(match -> tiles.containsKey(match.layer()))
                .forEach(match -> chosen.put(match.last(), match));
        return Rewrite.of(graph, (node, replaced) -> Optional.ofNullable(chosen.get(node))
                .map(match -> kernel(match, tiles.get(match.layer()), replaced)));
    }

    /** By their convolutions, in order. */
    private static Map<Node, Match> matches(Graph graph) {
        Uses uses = new Uses(graph);
        Map<Node, Match> matches = new LinkedHashMap<>();
        graph.nodesOf(Conv2d.class).stream()
                .filter(SelectConv::hasKernels)
                .forEach(conv -> matches.put(conv, new Match(conv, After.OTHER, conv)));
        for (Node sum : graph.nodesOf(Add.class)) {
            boolean plain = sum.inputs().stream().allMatch(input -> input.type().equals(sum.type()));
            // the later of two convolutions takes the other's result
            sum.inputs().stream()
                    .filter(input -> plain && matches.containsKey(input) && uses.isSingle(input))
                    .reduce((first, second) -> second)
                    .ifPresent(conv -> matches.put(conv, new Match(conv, After.SUM, sum)));
        }
        for (Node image : graph.nodesOf(InterleaveKernel.class)) {
            Node conv = image.inputs().get(0);
            if (matches.containsKey(conv)
                    && uses.isSingle(conv)
                    && conv.op().equals(new Conv2d(1, 1))
                    && conv.inputs().size() < WITH_BIAS
                    && conv.inputs().get(1).type().size(2) == 2) {
                matches.put(conv, new Match(conv, After.INTERLEAVE, image));
            }
        }
        return matches;
    }

    /** Stride 1, a square window. */
    private static boolean hasKernels(Node conv) {
        List<Long> weight = conv.inputs().get(1).type().shape();
        return ((Conv2d) conv.op()).stride() == 1 && weight.get(2).equals(weight.get(3));
    }

    private static Node kernel(Match match, ConvTile tile, UnaryOperator<Node> replaced) {
        Node conv = match.conv();
        Node last = match.last();
        List<Node> arguments =
                new ArrayList<>(conv.inputs().stream().map(replaced).toList());
        if (match.after() == After.INTERLEAVE) {
            arguments.add(replaced.apply(last.inputs().get(1)));
            return new Node(new DoublingConvKernel(tile), arguments, last.scope());
        }
        if (match.after() == After.SUM) {
            arguments.add(replaced.apply(last.inputs().get(last.inputs().get(0) == conv ? 1 : 0)));
        }
        boolean biased = conv.inputs().size() == WITH_BIAS;
        return new Node(new ConvKernel(((Conv2d) conv.op()).padding(), biased, tile), arguments, last.scope());
    }
}
