package org.diffusionjmh.graph;

import java.util.ArrayList;
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

    /**
     * {@link ContractionOp.Linear} of the concatenation of x {@code [..., I1]} and y {@code [..., I2]}: {@code x V^T + y W^T + bias}. Takes
     * x, y, V {@code [O, I1]}, W {@code [O, I2]} and, if there is one, bias {@code [O]}; result {@code [..., O]}. The first product is rounded
     * before the second is added to it.
     */
    record ConcatLinear() implements FusedOp {
        private static final int UNBIASED = 4;

        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, UNBIASED, UNBIASED + 1);
            List<TensorType> first = new ArrayList<>(List.of(arguments.get(0), arguments.get(2)));
            first.addAll(arguments.subList(UNBIASED, arguments.size()));
            TensorType result = new ContractionOp.Linear().infer(first);
            TensorType second = new ContractionOp.Linear().infer(List.of(arguments.get(1), arguments.get(3)));
            if (!second.equals(result)) {
                throw new ShapeException("ConcatLinear: products " + result + " and " + second + " cannot be added");
            }
            return result;
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
