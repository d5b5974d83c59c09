package org.diffusionjmh.pass;

import java.util.Optional;
import org.diffusionjmh.graph.FusedOp.GroupNormSilu;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.NormalizationOp.GroupNorm;
import org.diffusionjmh.graph.PointwiseOp.Silu;

/** {@code silu(group_norm(x))} as one operation, where nothing else takes the norm. */
public final class FuseGroupNormSilu implements Pass {
    @Override
    public String id() {
        return "fuse-group-norm-silu";
    }

    @Override
    public Rewrite apply(Graph graph) {
        Uses uses = new Uses(graph);
        return Rewrite.of(graph, (node, replaced) -> {
            boolean matches = node.op() instanceof Silu
                    && node.inputs().get(0).op() instanceof GroupNorm
                    && uses.isSingle(node.inputs().get(0));
            if (!matches) {
                return Optional.empty();
            }
            Node norm = replaced.apply(node.inputs().get(0));
            return Optional.of(new Node(new GroupNormSilu((GroupNorm) norm.op()), norm.inputs(), norm.scope()));
        });
    }
}
