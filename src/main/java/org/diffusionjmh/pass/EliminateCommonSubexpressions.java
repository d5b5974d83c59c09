package org.diffusionjmh.pass;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.Op;
import org.diffusionjmh.graph.SourceOp;

/**
 * Computes a value once that is written down several times, for example SiLU of the time embedding, which every residual block has. All
 * operations are pure, so equal operations on equal arguments are one value.
 */
public final class EliminateCommonSubexpressions implements Pass {
    /** An operation and its arguments; nodes compare by identity. */
    private record Expression(Op op, List<Node> inputs) {}

    @Override
    public String id() {
        return "eliminate-common-subexpressions";
    }

    @Override
    public Rewrite apply(Graph graph) {
        Map<Expression, Node> first = new HashMap<>();
        return Rewrite.of(graph, (node, replaced) -> {
            Node copy = replaced.apply(node);
            boolean input = node.op() instanceof SourceOp.Input;
            return input
                    ? Optional.empty()
                    : Optional.ofNullable(first.putIfAbsent(new Expression(copy.op(), copy.inputs()), copy));
        });
    }
}
