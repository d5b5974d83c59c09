package org.diffusionjmh.graph;

import java.util.List;

/** Operations that do in one step what the plain graph writes down in several; passes put them in, and every backend can run them. */
public sealed interface FusedOp extends Op {
    /**
     * {@code silu(group_norm(x))}; takes and gives what {@link NormalizationOp.GroupNorm} does.
     *
     * @param norm the normalisation
     */
    record GroupNormSilu(NormalizationOp.GroupNorm norm) implements FusedOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            return norm.infer(arguments);
        }
    }

    /** The gated activation of Shazeer (2020): x {@code [..., 2 C]}, of which {@code x[..., :C] * gelu(x[..., C:])}. */
    record Geglu() implements FusedOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 1);
            TensorType x = Checks.floating(this, arguments.get(0));
            if (x.size(-1) % 2 != 0) {
                throw new ShapeException("Geglu: the last dimension of " + x + " has no halves");
            }
            return x.withSize(-1, x.size(-1) / 2);
        }
    }
}
