package org.diffusionjmh.graph;

import java.util.List;

/**
 * Operations by this project's own kernels. For the GPU, where work is captured as a CUDA graph: a pass puts them in for that device. They
 * run on a CPU as well, slowly.
 */
public sealed interface KernelOp extends Op {
    /**
     * {@link NormalizationOp.GroupNorm}, and the activation after it.
     *
     * @param norm the normalisation
     * @param silu whether the result is {@code silu} of it
     */
    record GroupNormKernel(NormalizationOp.GroupNorm norm, boolean silu) implements KernelOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            return norm.infer(arguments);
        }
    }

    /** {@link FusedOp.Geglu}. */
    record GegluKernel() implements KernelOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            return new FusedOp.Geglu().infer(arguments);
        }
    }
}
