package org.diffusionjmh.pass;

import java.util.Optional;
import java.util.OptionalInt;
import org.diffusionjmh.graph.ContractionOp.Linear;
import org.diffusionjmh.graph.FusedOp.Geglu;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.KernelOp.LinearGegluKernel;
import org.diffusionjmh.graph.Node;

/** Products that only a gated activation takes, and it, as one kernel where the device is faster that way. */
public final class FuseLinearGeglu implements Pass {
    private static final int WITH_BIAS = 3;

    private final LinearGegluChoice choice;

    public FuseLinearGeglu(LinearGegluChoice choice) {
        this.choice = choice;
    }

    @Override
    public String id() {
        return "fuse-linear-geglu";
    }

    @Override
    public Rewrite apply(Graph graph) {
        Uses uses = new Uses(graph);
        return Rewrite.of(graph, (node, replaced) -> {
            if (!(node.op() instanceof Geglu)) {
                return Optional.empty();
            }
            Node product = node.inputs().get(0);
            OptionalInt tile = tile(product, uses);
            return tile.isPresent()
                    ? Optional.of(new Node(
                            new LinearGegluKernel(tile.getAsInt()),
                            product.inputs().stream().map(replaced).toList(),
                            node.scope()))
                    : Optional.empty();
        });
    }

    private OptionalInt tile(Node product, Uses uses) {
        boolean matches =
                product.op() instanceof Linear && product.inputs().size() == WITH_BIAS && uses.isSingle(product);
        return matches
                ? choice.tile(
                        product.inputs().get(0).type(), product.inputs().get(1).type())
                : OptionalInt.empty();
    }
}
