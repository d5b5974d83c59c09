package org.diffusionjmh.pass;

import java.util.Optional;
import org.diffusionjmh.graph.AttentionOp.CudnnAttention;
import org.diffusionjmh.graph.AttentionOp.ScaledDotProductAttention;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.Node;

/** Hands attentions to cuDNN where the device computes them faster that way. */
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
            boolean matches = node.op() instanceof ScaledDotProductAttention attention
                    && node.inputs().size() == WITHOUT_BIAS
                    && choice.prefersCudnn(
                            attention, node.type(), node.inputs().get(1).type());
            return matches
                    ? Optional.of(new Node(
                            new CudnnAttention((ScaledDotProductAttention) node.op()),
                            node.inputs().stream().map(replaced).toList(),
                            node.scope()))
                    : Optional.empty();
        });
    }
}
