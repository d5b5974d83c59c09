package org.diffusionjmh.pass;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diffusionjmh.graph.ContractionOp.Conv2d;
import org.diffusionjmh.graph.ContractionOp.Linear;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.MovementOp.Permute;
import org.diffusionjmh.graph.MovementOp.Reshape;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.TensorType;

/**
 * A 1x1 convolution as a linear layer of the pixels, which adds its bias on the way. Where channels are innermost, the change of view
 * costs nothing. Only for half precision: float32 convolutions may run in TF32 on a GPU, linear layers do not.
 */
public final class PointwiseConvToLinear implements Pass {
    private static final Conv2d POINTWISE = new Conv2d(1, 0);

    @Override
    public String id() {
        return "pointwise-conv-to-linear";
    }

    @Override
    public Rewrite apply(Graph graph) {
        return Rewrite.of(graph, (node, replaced) -> {
            TensorType weight = node.inputs().size() > 1 ? node.inputs().get(1).type() : node.type();
            boolean matches = node.op().equals(POINTWISE)
                    && weight.size(2) == 1
                    && weight.size(3) == 1
                    && weight.dtype().bytes() == 2;
            return matches ? Optional.of(linear(replaced.apply(node))) : Optional.empty();
        });
    }

    private static Node linear(Node conv) {
        String scope = conv.scope();
        Node weight = conv.inputs().get(1);
        Node matrix = new Node(new Reshape(weight.type().shape().subList(0, 2)), List.of(weight), scope);
        List<Node> arguments = new ArrayList<>(conv.inputs());
        arguments.set(
                0,
                new Node(new Permute(List.of(0, 2, 3, 1)), List.of(conv.inputs().get(0)), scope));
        arguments.set(1, matrix);
        return new Node(new Permute(List.of(0, 3, 1, 2)), List.of(new Node(new Linear(), arguments, scope)), scope);
    }
}
