package org.diffusionjmh.pass;

import java.util.OptionalInt;

/**
 * How to compute a linear layer.
 *
 * @param algorithm the rank of one of cuBLASLt's algorithms; empty for libtorch's own way
 * @param residual whether the algorithm adds the residual too
 */
public record LinearPlan(OptionalInt algorithm, boolean residual) {
    /** Libtorch's own way. */
    public static final LinearPlan LIBTORCH = new LinearPlan(OptionalInt.empty(), false);

    public LinearPlan {
        if (residual && algorithm.isEmpty()) {
            throw new IllegalArgumentException("libtorch adds no residual");
        }
    }

    /** By one of cuBLASLt's algorithms. */
    public static LinearPlan of(int algorithm, boolean residual) {
        return new LinearPlan(OptionalInt.of(algorithm), residual);
    }
}
