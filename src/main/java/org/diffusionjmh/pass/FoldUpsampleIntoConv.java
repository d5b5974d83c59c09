package org.diffusionjmh.pass;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diffusionjmh.graph.ContractionOp.Conv2d;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.MovementOp.UpsampleNearest;
import org.diffusionjmh.graph.Node;

/**
 * A 3x3 convolution of a feature map that was doubled by nearest neighbours, as a 2x2 convolution of the small map: two of the three
 * rows (and columns) of a window see the same pixel, so their weights add up. The four pixels that come of one have weights of their own,
 * which makes 16 products for what took 36.
 *
 * <p>Sums of weights are rounded to the weights' type; otherwise the result is the same.
 */
public final class FoldUpsampleIntoConv implements Pass {
    private static final Conv2d THREE_BY_THREE = new Conv2d(1, 1);

    private final boolean kernels;

    /**
     * @param kernels whether the device has this project's own kernels, one of which puts the four pixels side by side
     */
    public FoldUpsampleIntoConv(boolean kernels) {
        this.kernels = kernels;
    }

    @Override
    public String id() {
        return "fold-upsample-into-conv";
    }

    @Override
    public Rewrite apply(Graph graph) {
        Uses uses = new Uses(graph);
        return Rewrite.of(graph, (node, replaced) -> {
            if (!matches(node) || !uses.isSingle(node.inputs().get(0))) {
                return Optional.empty();
            }
            List<Node> arguments = new ArrayList<>(replaced.apply(node).inputs());
            arguments.set(0, arguments.get(0).inputs().get(0));
            return Optional.of(new DoublingConv(node.scope(), kernels).apply(arguments));
        });
    }

    private static boolean matches(Node node) {
        if (!node.op().equals(THREE_BY_THREE) || !(node.inputs().get(0).op() instanceof UpsampleNearest doubled)) {
            return false;
        }
        Node weight = node.inputs().get(1);
        Node x = node.inputs().get(0).inputs().get(0);
        return weight.type().size(2) == 3
                && weight.type().size(3) == 3
                && doubled.height() == 2 * x.type().size(2)
                && doubled.width() == 2 * x.type().size(3);
    }
}
