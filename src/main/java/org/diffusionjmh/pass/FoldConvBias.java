package org.diffusionjmh.pass;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.diffusionjmh.graph.ContractionOp.Conv2d;
import org.diffusionjmh.graph.ContractionOp.Linear;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.MovementOp.Reshape;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.PointwiseOp.Add;

/**
 * Moves the bias of a convolution to where adding it costs nothing, if its result is added to something that has a bias too: to the
 * projection of the time embedding, or to the convolution on the shortcut. On a GPU libtorch adds it in a pass over the feature map.
 */
public final class FoldConvBias implements Pass {
    private static final int WITH_BIAS = 3;

    @Override
    public String id() {
        return "fold-conv-bias";
    }

    @Override
    public Rewrite apply(Graph graph) {
        Uses uses = new Uses(graph);
        return Rewrite.of(graph, (node, replaced) -> {
            if (!(node.op() instanceof Add)) {
                return Optional.empty();
            }
            Node left = node.inputs().get(0);
            Node right = node.inputs().get(1);
            boolean both = uses.isSingle(left) && uses.isSingle(right);
            if (both && isBiased(left) && isProjection(right, uses)) {
                return Optional.of(ontoProjection(node, replaced));
            }
            return both && isBiased(left) && isBiased(right)
                    ? Optional.of(ontoShortcut(node, replaced))
                    : Optional.empty();
        });
    }

    private static boolean isBiased(Node node) {
        return node.op() instanceof Conv2d && node.inputs().size() == WITH_BIAS;
    }

    /** A linear layer's result [N, C] as [N, C, 1, 1]. */
    private static boolean isProjection(Node node, Uses uses) {
        if (!(node.op() instanceof Reshape)
                || !node.type().shape().subList(2, node.type().rank()).equals(List.of(1L, 1L))) {
            return false;
        }
        Node linear = node.inputs().get(0);
        return linear.op() instanceof Linear
                && linear.inputs().size() == WITH_BIAS
                && linear.type().rank() == 2
                && uses.isSingle(linear);
    }

    private static Node ontoProjection(Node add, UnaryOperator<Node> replaced) {
        Node conv = replaced.apply(add.inputs().get(0));
        Node shift = replaced.apply(add.inputs().get(1));
        Node linear = shift.inputs().get(0);
        Node moved = new Node(shift.op(), List.of(withBias(linear, sum(linear, conv))), shift.scope());
        return new Node(add.op(), List.of(withoutBias(conv), moved), add.scope());
    }

    private static Node ontoShortcut(Node add, UnaryOperator<Node> replaced) {
        Node shortcut = replaced.apply(add.inputs().get(0));
        Node conv = replaced.apply(add.inputs().get(1));
        return new Node(add.op(), List.of(withBias(shortcut, sum(shortcut, conv)), withoutBias(conv)), add.scope());
    }

    private static Node sum(Node kept, Node moved) {
        return new Node(new Add(), List.of(kept.inputs().get(2), moved.inputs().get(2)), kept.scope());
    }

    private static Node withBias(Node product, Node bias) {
        return new Node(
                product.op(), List.of(product.inputs().get(0), product.inputs().get(1), bias), product.scope());
    }

    static Node withoutBias(Node product) {
        return new Node(product.op(), product.inputs().subList(0, 2), product.scope());
    }
}
