package org.diffusionjmh.graph;

import java.util.List;

/**
 * Normalisations. Statistics are computed in fp32 whatever the dtype of x; the result has the type of x, {@link RmsNorm} excepted. They
 * take x and, unless the layer has none, weight and bias.
 */
public sealed interface NormalizationOp extends Op {
    /**
     * Group normalisation (Wu and He 2018): x {@code [N, C, ...]}, weight and bias {@code [C]}.
     *
     * @param groups number of groups; divides C
     * @param eps added to the variance
     */
    record GroupNorm(int groups, double eps) implements NormalizationOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 3);
            TensorType x = Checks.floating(this, arguments.get(0));
            if (x.size(1) % groups != 0) {
                throw new ShapeException("GroupNorm: " + groups + " groups do not divide the channels of " + x);
            }
            Checks.vector(this, arguments.get(1), x.dtype(), x.size(1));
            Checks.vector(this, arguments.get(2), x.dtype(), x.size(1));
            return x;
        }
    }

    /**
     * Layer normalisation over the last dimension (Ba et al. 2016): x {@code [..., C]}, weight and bias {@code [C]} or absent.
     *
     * @param eps added to the variance
     */
    record LayerNorm(double eps) implements NormalizationOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 1, 3);
            TensorType x = Checks.floating(this, arguments.get(0));
            for (TensorType parameter : arguments.subList(1, arguments.size())) {
                Checks.vector(this, parameter, x.dtype(), x.size(-1));
            }
            return x;
        }
    }

    /**
     * Division by the root mean square of the last dimension (Zhang and Sennrich 2019): x {@code [..., C]}, weight {@code [C]}; the result
     * has the dtype of the weight, which that of x may exceed.
     *
     * @param eps added to the mean square
     */
    record RmsNorm(double eps) implements NormalizationOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 2);
            TensorType x = Checks.floating(this, arguments.get(0));
            TensorType weight = Checks.floating(this, arguments.get(1));
            Checks.vector(this, weight, weight.dtype(), x.size(-1));
            return x.withDType(weight.dtype());
        }
    }

    /**
     * {@link GroupNorm} of an x {@code [N, C, H, W]} whose groups have mean 0, as {@link SubtractGroupMean} leaves them.
     *
     * @param norm the normalisation
     */
    record CenteredGroupNorm(GroupNorm norm) implements NormalizationOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            if (arguments.get(0).rank() != 4) {
                throw new ShapeException("CenteredGroupNorm: " + arguments.get(0) + " is not [N, C, H, W]");
            }
            return norm.infer(arguments);
        }
    }

    /**
     * x less the mean of its group: x {@code [N, C, H, W]}.
     *
     * @param groups number of groups; divides C
     */
    record SubtractGroupMean(int groups) implements NormalizationOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 1);
            TensorType x = Checks.floating(this, arguments.get(0));
            if (x.rank() != 4 || x.size(1) % groups != 0) {
                throw new ShapeException(
                        "SubtractGroupMean: " + x + " is not [N, C, H, W] with C in " + groups + " groups");
            }
            return x;
        }
    }
}
