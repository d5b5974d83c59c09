package org.diffusionjmh.graph;

import java.util.List;

/**
 * Operations by this project's own kernels. For the GPU, where work is captured as a CUDA graph: a pass puts them in for that device. They
 * run on a CPU as well, slowly.
 */
public sealed interface KernelOp extends Op {
    /**
     * {@link NormalizationOp.GroupNorm}, with what is added before and the activation after it. Takes x, weight, bias and, if there is
     * one, a shift {@code [N, C]}: then x is {@code [N, C, H, W]} and {@code x + shift} is normalised.
     *
     * @param norm the normalisation
     * @param silu whether the result is {@code silu} of it
     */
    record GroupNormKernel(NormalizationOp.GroupNorm norm, boolean silu) implements KernelOp {
        private static final int UNSHIFTED = 3;

        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, UNSHIFTED, UNSHIFTED + 1);
            TensorType x = norm.infer(arguments.subList(0, UNSHIFTED));
            if (arguments.size() > UNSHIFTED) {
                TensorType wanted = TensorType.of(x.dtype(), x.size(0), x.size(1));
                if (x.rank() != 4 || !arguments.get(UNSHIFTED).equals(wanted)) {
                    throw new ShapeException(
                            "GroupNormKernel: shift " + arguments.get(UNSHIFTED) + " does not fit " + x);
                }
            }
            return x;
        }
    }

    /**
     * {@link GroupNormKernel} of the concatenation of x {@code [N, C1, H, W]} and y {@code [N, C2, H, W]} along their channels. Takes x, y,
     * weight and bias {@code [C1 + C2]}; the result {@code [N, C1 + C2, H, W]} has channels innermost in memory.
     *
     * @param norm the normalisation
     * @param silu whether the result is {@code silu} of it
     */
    record ConcatGroupNormKernel(NormalizationOp.GroupNorm norm, boolean silu) implements KernelOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 4);
            TensorType x = Checks.floating(this, arguments.get(0));
            if (x.rank() != 4) {
                throw new ShapeException("ConcatGroupNormKernel: " + x + " is not [N, C, H, W]");
            }
            TensorType joined = new MovementOp.Concat(1).infer(arguments.subList(0, 2));
            return norm.infer(List.of(joined, arguments.get(2), arguments.get(3)));
        }
    }

    /**
     * A sum, and the layer norm of some of its rows, the elements of dimension 0. Takes x {@code [n, ..., C]}, residual
     * {@code [N, ..., C]}, weight and bias {@code [C]}, and, if n is less than N, a pad {@code [C]}, which is added where x has no row. The
     * result {@code [N + rows, ..., C]} is the sum, and behind it {@link NormalizationOp.LayerNorm} of rows of it.
     *
     * @param norm the normalisation
     * @param before rows of the residual before the one that the first row of x is added to
     * @param first the first row that is normalised
     * @param rows how many are
     */
    record AddLayerNormKernel(NormalizationOp.LayerNorm norm, long before, long first, long rows) implements KernelOp {
        private static final int UNPADDED = 4;

        /** A sum of two tensors of one shape, and the norm of all rows. */
        public static AddLayerNormKernel ofAll(NormalizationOp.LayerNorm norm, long rows) {
            return new AddLayerNormKernel(norm, 0, 0, rows);
        }

        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, UNPADDED, UNPADDED + 1);
            TensorType x = arguments.get(0);
            TensorType residual = arguments.get(1);
            boolean padded = arguments.size() > UNPADDED;
            boolean fits = residual.rank() > 1
                    && x.rank() == residual.rank()
                    && residual.withSize(0, x.size(0)).equals(x)
                    && (padded ? before + x.size(0) <= residual.size(0) : x.equals(residual) && before == 0);
            if (!fits || before < 0) {
                throw new ShapeException(
                        "AddLayerNormKernel: " + x + " behind " + before + " rows does not fit " + residual);
            }
            if (first < 0 || rows < 1 || first + rows > residual.size(0)) {
                throw new ShapeException(
                        "AddLayerNormKernel: norms of rows [" + first + ", " + (first + rows) + ") of " + residual);
            }
            if (padded) {
                Checks.vector(this, arguments.get(UNPADDED), x.dtype(), x.size(-1));
            }
            norm.infer(List.of(residual, arguments.get(2), arguments.get(3)));
            return residual.withSize(0, residual.size(0) + rows);
        }
    }

    /** {@link NormalizationOp.LayerNorm} with weight and bias. */
    record LayerNormKernel(NormalizationOp.LayerNorm norm) implements KernelOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 3);
            return norm.infer(arguments);
        }
    }

    /** {@code x + bias}: x {@code [N, C, H, W]}, bias {@code [C]}. The result has channels innermost in memory. */
    record BiasKernel() implements KernelOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 2);
            TensorType x = arguments.get(0);
            return new AddBiasKernel().infer(List.of(x, x, arguments.get(1)));
        }
    }

    /**
     * The pixels of four phases side by side, and their bias: phases {@code [N, 4 C, H + 1, W + 1]}, bias {@code [C]}; the result is
     * {@code [N, C, 2 H, 2 W]}, of which pixel (2y + a, 2x + b) is that of phase 2a + b at (y + a, x + b). It has channels innermost.
     */
    record InterleaveKernel() implements KernelOp {
        private static final int PHASES = 4;

        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 2);
            TensorType x = Checks.floating(this, arguments.get(0));
            if (x.rank() != 4 || x.size(1) % PHASES != 0) {
                throw new ShapeException("InterleaveKernel: " + x + " has no four phases");
            }
            long channels = x.size(1) / PHASES;
            Checks.vector(this, arguments.get(1), x.dtype(), channels);
            return x.withShape(List.of(x.size(0), channels, 2 * (x.size(2) - 1), 2 * (x.size(3) - 1)));
        }
    }

    /** {@code x + residual + bias}: x and residual {@code [N, C, H, W]}, bias {@code [C]}. The result has channels innermost in memory. */
    record AddBiasKernel() implements KernelOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 3);
            TensorType x = Checks.floating(this, arguments.get(0));
            if (x.rank() != 4 || !x.equals(arguments.get(1))) {
                throw new ShapeException(
                        "AddBiasKernel: " + x + " and " + arguments.get(1) + " are not one [N, C, H, W]");
            }
            Checks.vector(this, arguments.get(2), x.dtype(), x.size(1));
            return x;
        }
    }

    /**
     * {@link FusedOp.Geglu} of a {@link ContractionOp.Linear} with a bias, in one product. Takes x {@code [..., in]}, weight
     * {@code [2 C, in]}, bias {@code [2 C]}; the result is {@code [..., C]}. Between the product and the activation nothing is rounded.
     *
     * @param tile columns of the result that are computed together on a GPU; the result does not depend on it
     */
    record LinearGegluKernel(int tile) implements KernelOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 3);
            TensorType product = new ContractionOp.Linear().infer(arguments);
            return new FusedOp.Geglu().infer(List.of(product));
        }
    }

    /**
     * {@link ContractionOp.Conv2d} with stride 1 and a square window, and what is added to it. Takes x {@code [N, C, H, W]}, weight
     * {@code [O, C, k, k]} and, if there are any, bias {@code [O]} and a residual of the result's type. The result has channels innermost.
     *
     * @param padding rows and columns of zeros on each side
     * @param biased whether there is a bias
     * @param tile what is computed together on a GPU; the result does not depend on it
     */
    record ConvKernel(int padding, boolean biased, ConvTile tile) implements KernelOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            int fewest = biased ? 3 : 2;
            Checks.count(this, arguments, fewest, fewest + 1);
            TensorType result = new ContractionOp.Conv2d(1, padding).infer(arguments.subList(0, fewest));
            TensorType weight = arguments.get(1);
            if (weight.size(2) != weight.size(3)) {
                throw new ShapeException("ConvKernel: the window of the weight " + weight + " is no square");
            }
            if (arguments.size() > fewest && !arguments.get(fewest).equals(result)) {
                throw new ShapeException("ConvKernel: residual " + arguments.get(fewest) + ", want " + result);
            }
            return result;
        }
    }

    /**
     * The convolution of {@link InterleaveKernel}'s phases, and they side by side. Takes x {@code [N, C, H, W]}, weight
     * {@code [4 O, C, 2, 2]} and bias {@code [O]}; the result is {@code [N, O, 2 H, 2 W]} with channels innermost.
     *
     * @param tile what is computed together on a GPU; the result does not depend on it
     */
    record DoublingConvKernel(ConvTile tile) implements KernelOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 3);
            TensorType phases = new ContractionOp.Conv2d(1, 1).infer(arguments.subList(0, 2));
            return new InterleaveKernel().infer(List.of(phases, arguments.get(2)));
        }
    }

    /** {@link FusedOp.Geglu}. */
    record GegluKernel() implements KernelOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            return new FusedOp.Geglu().infer(arguments);
        }
    }

    /**
     * {@link ContractionOp.Linear} by one of the algorithms that cuBLASLt proposes for its sizes, and what is added to it. Takes x, weight
     * and, if there are any, bias and a residual of the result's type.
     *
     * @param algorithm the algorithm's rank, from 0 on
     */
    record LinearKernel(int algorithm) implements KernelOp {
        private static final int WITH_RESIDUAL = 4;

        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 2, 3, WITH_RESIDUAL);
            TensorType result = new ContractionOp.Linear().infer(arguments.subList(0, Math.min(3, arguments.size())));
            if (arguments.size() == WITH_RESIDUAL && !arguments.get(3).equals(result)) {
                throw new ShapeException("LinearKernel: residual " + arguments.get(3) + ", want " + result);
            }
            return result;
        }
    }
}
