package org.diffusionjmh.pass;

import java.util.Optional;
import org.diffusionjmh.graph.AttentionOp;
import org.diffusionjmh.graph.AttentionOp.ScaledDotProductAttention;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.Node;

/** Gives each attention the kernel that the device computes it fastest with. */
public final class SelectAttention implements Pass {
    private static final int WITHOUT_BIAS = 3;

    private final AttentionChoice choice;

    public SelectAttention(AttentionChoice choice) {
        this.choice = choice;
    }

    @Override
    public String id() {
        return "select-attention";
    }

    @Override
    public Rewrite apply(Graph graph) {
        return Rewrite.of(graph, (node, replaced) -> {
            if (!(node.op() instanceof ScaledDotProductAttention)
                    || node.inputs().size() != WITHOUT_BIAS) {
                return Optional.empty();
            }
            ScaledDotProductAttention attention = (ScaledDotProductAttention) node.op();
            AttentionOp fastest =
                    choice.fastest(attention, node.type(), node.inputs().get(1).type());
            return fastest.equals(attention)
                    ? Optional.empty()
                    : Optional.of(new Node(
                            fastest, node.inputs().stream().map(replaced).toList(), node.scope()));
        });
    }
}
