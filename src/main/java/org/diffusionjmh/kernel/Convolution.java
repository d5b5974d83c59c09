package org.diffusionjmh.kernel;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;

/**
 * The tensors of a convolution with stride 1 and a square window.
 *
 * @param x {@code [N, C, H, W]}
 * @param weight {@code [O, C, k, k]}; if it doubles, {@code [4 O, C, 2, 2]}: a weight for each of four phases
 * @param bias {@code [O]}
 * @param residual of the result's shape
 * @param padding rows and columns of zeros on each side
 * @param doubling whether the result is twice as high and wide as x, its phases side by side
 */
record Convolution(
        NDArray x, NDArray weight, Optional<NDArray> bias, Optional<NDArray> residual, int padding, boolean doubling) {
    private static final int RANK = 4;
    private static final int PHASES = 4;
    private static final int DOUBLING_SIDE = 2;

    /** One whose result is twice as high and wide as x. */
    static Convolution doubling(NDArray x, NDArray weight, NDArray bias) {
        return new Convolution(x, weight, Optional.of(bias), Optional.empty(), 1, true);
    }

    int phases() {
        return doubling ? PHASES : 1;
    }

    /** What one phase makes of x. */
    Shape phase() {
        Shape map = x.getShape();
        long grown = doubling ? 0 : 2L * padding - weight.getShape().get(2) + 1;
        return new Shape(map.get(0), weight.getShape().get(0) / phases(), map.get(2) + grown, map.get(3) + grown);
    }

    Shape result() {
        Shape phase = phase();
        long times = doubling ? 2 : 1;
        return new Shape(phase.get(0), phase.get(1), times * phase.get(2), times * phase.get(3));
    }

    /** Throws {@link IllegalArgumentException} if the tensors do not belong together. */
    void requireFit() {
        Shape window = weight.getShape();
        boolean fits = x.getShape().dimension() == RANK
                && window.dimension() == RANK
                && x.getShape().get(1) == window.get(1)
                && window.get(2) == window.get(3)
                && (!doubling || (window.get(2) == DOUBLING_SIDE && window.get(0) % PHASES == 0))
                && bias.stream().allMatch(b -> b.getShape().equals(new Shape(result().get(1))))
                && residual.stream().allMatch(r -> r.getShape().equals(result()));
        if (!fits) {
            throw new IllegalArgumentException("no convolution of x " + x.getShape() + ", weight " + window
                    + bias.map(b -> ", bias " + b.getShape()).orElse("")
                    + residual.map(r -> ", residual " + r.getShape()).orElse(""));
        }
    }
}
