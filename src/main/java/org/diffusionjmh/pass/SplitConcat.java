package org.diffusionjmh.pass;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.diffusionjmh.graph.ContractionOp.Linear;
import org.diffusionjmh.graph.FusedOp.ConcatLinear;
import org.diffusionjmh.graph.FusedOp.GroupNormSilu;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.KernelOp.ConcatGroupNormKernel;
import org.diffusionjmh.graph.LayoutOp.Contiguous;
import org.diffusionjmh.graph.MovementOp.Concat;
import org.diffusionjmh.graph.MovementOp.Permute;
import org.diffusionjmh.graph.MovementOp.Slice;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.NormalizationOp.GroupNorm;

/**
 * Lets what takes the concatenation of two feature maps read them where they are: in a U-Net's up blocks, those are the group norm of a
 * residual block and the linear layer on its shortcut, whose weight is parted as well. A concatenation that anything else takes stays.
 */
public final class SplitConcat implements Pass {
    private static final Concat CHANNELS = new Concat(1);
    private static final Permute TO_PIXELS = new Permute(List.of(0, 2, 3, 1));

    @Override
    public String id() {
        return "split-concat";
    }

    @Override
    public Rewrite apply(Graph graph) {
        Takers takers = Takers.of(graph);
        Set<Node> split = new HashSet<>(graph.nodesOf(Concat.class));
        split.removeIf(concat -> !isPairOfMaps(concat) || !takers.all(concat, taker -> readsParts(taker, takers)));
        return Rewrite.of(graph, (node, replaced) -> {
            Optional<Node> x = node.inputs().stream().findFirst();
            if (x.filter(split::contains).isPresent() && !isSequence(node)) {
                return Optional.of(norm(node, replaced));
            }
            boolean product = x.filter(SplitConcat::isSequence)
                    .filter(sequence -> split.contains(sequence.inputs().get(0)))
                    .isPresent();
            return product ? Optional.of(linear(node, replaced)) : Optional.empty();
        });
    }

    /** What takes the values of a graph; an output has a taker that is no node. */
    private record Takers(Map<Node, List<Optional<Node>>> ofValues) {
        static Takers of(Graph graph) {
            Map<Node, List<Optional<Node>>> takers = new HashMap<>();
            graph.nodes().forEach(node -> takers.put(node, new ArrayList<>()));
            graph.nodes().forEach(node -> node.inputs()
                    .forEach(input -> takers.get(input).add(Optional.of(node))));
            graph.outputs().values().forEach(node -> takers.get(node).add(Optional.empty()));
            return new Takers(takers);
        }

        boolean all(Node value, Predicate<Node> kind) {
            return ofValues.get(value).stream()
                    .allMatch(taker -> taker.filter(kind).isPresent());
        }
    }

    private static boolean isPairOfMaps(Node concat) {
        return concat.op().equals(CHANNELS)
                && concat.inputs().size() == 2
                && concat.type().rank() == 4;
    }

    private static boolean readsParts(Node taker, Takers takers) {
        boolean norm = taker.op() instanceof GroupNorm || taker.op() instanceof GroupNormSilu;
        return norm || (isSequence(taker) && takers.all(taker, linear -> linear.op() instanceof Linear));
    }

    private static boolean isSequence(Node node) {
        return node.op().equals(TO_PIXELS);
    }

    private static Node norm(Node node, UnaryOperator<Node> replaced) {
        boolean silu = node.op() instanceof GroupNormSilu;
        GroupNorm norm = silu ? ((GroupNormSilu) node.op()).norm() : (GroupNorm) node.op();
        Node whole = replaced.apply(node);
        List<Node> arguments = new ArrayList<>(whole.inputs().get(0).inputs());
        arguments.addAll(whole.inputs().subList(1, whole.inputs().size()));
        return new Node(new ConcatGroupNormKernel(norm, silu), arguments, node.scope());
    }

    private static Node linear(Node node, UnaryOperator<Node> replaced) {
        Node whole = replaced.apply(node);
        Node weight = whole.inputs().get(1);
        List<Node> parts = whole.inputs().get(0).inputs().get(0).inputs();
        long border = parts.get(0).type().size(1);
        List<Node> arguments = new ArrayList<>();
        parts.forEach(part -> arguments.add(new Node(TO_PIXELS, List.of(part), node.scope())));
        arguments.add(columns(weight, 0, border));
        arguments.add(columns(weight, border, weight.type().size(1)));
        arguments.addAll(whole.inputs().subList(2, whole.inputs().size()));
        return new Node(new ConcatLinear(), arguments, node.scope());
    }

    /** Without gaps, so that a change of the weight can be written into it. */
    private static Node columns(Node weight, long start, long end) {
        Node slice = new Node(new Slice(1, start, end), List.of(weight), weight.scope());
        return new Node(new Contiguous(), List.of(slice), weight.scope());
    }
}
