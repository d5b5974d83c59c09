package org.diffusionjmh.pass;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.FusedOp.GroupNormSilu;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.LayoutOp.ChannelsLast;
import org.diffusionjmh.graph.LayoutOp.Contiguous;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.NormalizationOp.CenteredGroupNorm;
import org.diffusionjmh.graph.NormalizationOp.GroupNorm;
import org.diffusionjmh.graph.NormalizationOp.SubtractGroupMean;
import org.diffusionjmh.graph.Op;
import org.diffusionjmh.graph.PointwiseOp.Silu;

/**
 * Keeps float32 group norms exact on a CPU with channels last. libtorch's kernel for that layout adds up a group in one long chain, and
 * takes the variance as the mean of squares less the square of the mean: on a photograph it is ten times less exact than the row-major
 * kernel, and with a mean of fifty standard deviations off by 2%. Large maps are centred and then normalised in steps of sums by
 * cascade; small ones are normalised row-major, which is also faster there.
 */
public final class CenterGroupNorm implements Pass {
    /** Pixels from which on centring costs less than changing the layout twice; measured with 64 to 192 channels. */
    private static final long LARGE = 1024;

    private final long large;

    private CenterGroupNorm(long large) {
        this.large = large;
    }

    /** Does what is faster for the size at hand. */
    public static CenterGroupNorm bySize() {
        return new CenterGroupNorm(LARGE);
    }

    /** Centres maps of any size, so that graphs of all sizes are rewritten in the same way. */
    public static CenterGroupNorm ofAnySize() {
        return new CenterGroupNorm(0);
    }

    @Override
    public String id() {
        return "center-group-norm";
    }

    @Override
    public Rewrite apply(Graph graph) {
        return Rewrite.of(graph, (node, replaced) -> groupNorm(node)
                .filter(norm -> node.type().rank() == 4 && node.type().dtype() == DType.FP32)
                .map(norm -> stable(norm, replaced.apply(node))));
    }

    private static Optional<GroupNorm> groupNorm(Node node) {
        if (node.op() instanceof GroupNormSilu fused) {
            return Optional.of(fused.norm());
        }
        return node.op() instanceof GroupNorm norm ? Optional.of(norm) : Optional.empty();
    }

    private Node stable(GroupNorm norm, Node node) {
        List<Node> x = node.inputs().subList(0, 1);
        if (node.type().size(2) * node.type().size(3) < large) {
            Node rowMajor = withArgument(node.op(), node, new Node(new Contiguous(), x, node.scope()));
            return new Node(new ChannelsLast(), List.of(rowMajor), node.scope());
        }
        Node centered = new Node(new SubtractGroupMean(norm.groups()), x, node.scope());
        Node normed = withArgument(new CenteredGroupNorm(norm), node, centered);
        return node.op() instanceof GroupNormSilu ? new Node(new Silu(), List.of(normed), node.scope()) : normed;
    }

    private static Node withArgument(Op op, Node node, Node x) {
        List<Node> inputs = new ArrayList<>(node.inputs());
        inputs.set(0, x);
        return new Node(op, inputs, node.scope());
    }
}
