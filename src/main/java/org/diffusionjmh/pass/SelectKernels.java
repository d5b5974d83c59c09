package org.diffusionjmh.pass;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.diffusionjmh.graph.ContractionOp.Conv2d;
import org.diffusionjmh.graph.FusedOp.Geglu;
import org.diffusionjmh.graph.FusedOp.GroupNormSilu;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.KernelOp.AddBiasKernel;
import org.diffusionjmh.graph.KernelOp.BiasKernel;
import org.diffusionjmh.graph.KernelOp.GegluKernel;
import org.diffusionjmh.graph.KernelOp.GroupNormKernel;
import org.diffusionjmh.graph.KernelOp.LayerNormKernel;
import org.diffusionjmh.graph.MovementOp.Expand;
import org.diffusionjmh.graph.MovementOp.Reshape;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.NormalizationOp.GroupNorm;
import org.diffusionjmh.graph.NormalizationOp.LayerNorm;
import org.diffusionjmh.graph.PointwiseOp.Add;

/**
 * Hands normalisations and gated activations to this project's own kernels, for the GPU, with the sums and biases that stand before them;
 * and biases of convolutions to the sum that takes their result. The latter needs channels innermost.
 */
public final class SelectKernels implements Pass {
    private static final int WITH_BIAS = 3;

    private final boolean channelsLast;

    /**
     * @param channelsLast whether feature maps have channels innermost
     */
    public SelectKernels(boolean channelsLast) {
        this.channelsLast = channelsLast;
    }

    @Override
    public String id() {
        return "select-kernels";
    }

    @Override
    public Rewrite apply(Graph graph) {
        Uses uses = new Uses(graph);
        Map<Node, NormedSum> sums = NormedSum.of(graph);
        Set<Node> absorbed = absorbed(graph, uses);
        Map<Node, Node> norms = new HashMap<>();
        return Rewrite.of(graph, (node, replaced) -> {
            if (node.op() instanceof GroupNorm norm) {
                return Optional.of(groupNorm(new GroupNormKernel(norm, false), node, uses, replaced));
            }
            if (node.op() instanceof GroupNormSilu fused) {
                return Optional.of(groupNorm(new GroupNormKernel(fused.norm(), true), node, uses, replaced));
            }
            if (node.op() instanceof Geglu) {
                return Optional.of(
                        new Node(new GegluKernel(), replaced.apply(node).inputs(), node.scope()));
            }
            if (sums.containsKey(node)) {
                NormedSum sum = sums.get(node);
                Node kernel = sum.kernel(uses, replaced);
                norms.put(sum.norm(), sum.normOf(kernel));
                return Optional.of(sum.sumOf(kernel));
            }
            if (norms.containsKey(node)) {
                return Optional.of(norms.get(node));
            }
            if (node.op() instanceof LayerNorm norm && node.inputs().size() == WITH_BIAS) {
                return Optional.of(
                        new Node(new LayerNormKernel(norm), replaced.apply(node).inputs(), node.scope()));
            }
            if (channelsLast && isBiased(node) && !absorbed.contains(node)) {
                Node conv = replaced.apply(node);
                List<Node> arguments =
                        List.of(FoldConvBias.withoutBias(conv), conv.inputs().get(2));
                return Optional.of(new Node(new BiasKernel(), arguments, node.scope()));
            }
            return node.op() instanceof Add ? addBias(node, uses, replaced) : Optional.empty();
        });
    }

    /** Convolutions whose bias goes to the norm or the sum that takes their result. */
    private static Set<Node> absorbed(Graph graph, Uses uses) {
        Set<Node> absorbed = new HashSet<>();
        for (Node node : graph.nodes()) {
            boolean norm = node.op() instanceof GroupNorm || node.op() instanceof GroupNormSilu;
            if (norm) {
                absorbed.add(node.inputs().get(0));
            } else if (node.op() instanceof Add) {
                biasedSummand(node, uses)
                        .ifPresent(i -> absorbed.add(node.inputs().get(i)));
            }
        }
        absorbed.removeIf(node -> !uses.isSingle(node));
        return absorbed;
    }

    /** Which argument of a sum is a convolution whose bias the sum can add. */
    private static Optional<Integer> biasedSummand(Node add, Uses uses) {
        return Stream.of(0, 1)
                .filter(i -> isBiased(add.inputs().get(i))
                        && uses.isSingle(add.inputs().get(i)))
                .filter(i -> add.inputs().get(1 - i).type().equals(add.type()))
                .findFirst();
    }

    private Node groupNorm(GroupNormKernel kernel, Node norm, Uses uses, UnaryOperator<Node> replaced) {
        List<Node> arguments = new ArrayList<>(replaced.apply(norm).inputs());
        Node x = norm.inputs().get(0);
        if (channelsLast && uses.isSingle(x)) {
            if (x.op() instanceof Add && isPerChannel(x.inputs().get(1), x)) {
                Node sum = replaced.apply(x);
                arguments.set(0, sum.inputs().get(0));
                arguments.add(reshaped(
                        sum.inputs().get(1), List.of(x.type().size(0), x.type().size(1))));
            } else if (isBiased(x)) {
                Node conv = replaced.apply(x);
                arguments.set(0, FoldConvBias.withoutBias(conv));
                Node row = reshaped(conv.inputs().get(2), List.of(1L, x.type().size(1)));
                arguments.add(
                        new Node(new Expand(List.of(x.type().size(0), x.type().size(1))), List.of(row), row.scope()));
            }
        }
        return new Node(kernel, arguments, norm.scope());
    }

    private static boolean isPerChannel(Node shift, Node x) {
        return shift.type().shape().equals(List.of(x.type().size(0), x.type().size(1), 1L, 1L));
    }

    private static Node reshaped(Node x, List<Long> shape) {
        return new Node(new Reshape(shape), List.of(x), x.scope());
    }

    private Optional<Node> addBias(Node add, Uses uses, UnaryOperator<Node> replaced) {
        return channelsLast ? biasedSummand(add, uses).map(i -> addBias(add, i, replaced)) : Optional.empty();
    }

    private static Node addBias(Node add, int biased, UnaryOperator<Node> replaced) {
        Node conv = add.inputs().get(biased);
        Node x = new Node(
                conv.op(), conv.inputs().subList(0, 2).stream().map(replaced).toList(), conv.scope());
        Node other = replaced.apply(add.inputs().get(1 - biased));
        return new Node(new AddBiasKernel(), List.of(x, other, conv.inputs().get(2)), add.scope());
    }

    private static boolean isBiased(Node node) {
        return node.op() instanceof Conv2d && node.inputs().size() == WITH_BIAS;
    }
}
