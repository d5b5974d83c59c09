package org.diffusionjmh.pass;

import java.util.Optional;
import org.diffusionjmh.graph.FusedOp.Geglu;
import org.diffusionjmh.graph.FusedOp.GroupNormSilu;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.KernelOp.GegluKernel;
import org.diffusionjmh.graph.KernelOp.GroupNormKernel;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.NormalizationOp.GroupNorm;
import org.diffusionjmh.graph.Op;

/** Hands group norms and gated activations to this project's own kernels, for the GPU. */
public final class SelectKernels implements Pass {
    @Override
    public String id() {
        return "select-kernels";
    }

    @Override
    public Rewrite apply(Graph graph) {
        return Rewrite.of(graph, (node, replaced) -> kernel(node.op())
                .map(kernel ->
                        new Node(kernel, node.inputs().stream().map(replaced).toList(), node.scope())));
    }

    private static Optional<Op> kernel(Op op) {
        if (op instanceof GroupNorm norm) {
            return Optional.of(new GroupNormKernel(norm, false));
        }
        if (op instanceof GroupNormSilu fused) {
            return Optional.of(new GroupNormKernel(fused.norm(), true));
        }
        return op instanceof Geglu ? Optional.of(new GegluKernel()) : Optional.empty();
    }
}
