package org.diffusionjmh.pass;

import java.util.List;
import java.util.Optional;
import org.diffusionjmh.graph.FusedOp.Geglu;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.MovementOp.Slice;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.PointwiseOp.Gelu;
import org.diffusionjmh.graph.PointwiseOp.Multiply;

/** {@code x[..., :C] * gelu(x[..., C:])} as one operation, where nothing else takes the halves. */
public final class FuseGeglu implements Pass {
    @Override
    public String id() {
        return "fuse-geglu";
    }

    @Override
    public Rewrite apply(Graph graph) {
        Uses uses = new Uses(graph);
        return Rewrite.of(graph, (node, replaced) -> match(node, uses)
                .map(x -> new Node(new Geglu(), List.of(replaced.apply(x)), node.scope())));
    }

    /** The x of a gated activation. */
    private static Optional<Node> match(Node product, Uses uses) {
        if (!(product.op() instanceof Multiply)) {
            return Optional.empty();
        }
        Node value = product.inputs().get(0);
        Node gelu = product.inputs().get(1);
        if (!(gelu.op() instanceof Gelu) || !uses.isSingle(gelu) || !uses.isSingle(value)) {
            return Optional.empty();
        }
        Node gate = gelu.inputs().get(0);
        long half = product.type().size(-1);
        boolean matches = uses.isSingle(gate)
                && isSlice(value, 0, half)
                && isSlice(gate, half, 2 * half)
                && value.inputs().equals(gate.inputs())
                && value.inputs().get(0).type().size(-1) == 2 * half;
        return matches ? Optional.of(value.inputs().get(0)) : Optional.empty();
    }

    private static boolean isSlice(Node node, long start, long end) {
        return node.op() instanceof Slice slice
                && node.type().normalize(slice.dimension()) == node.type().rank() - 1
                && slice.start() == start
                && slice.end() == end;
    }
}
