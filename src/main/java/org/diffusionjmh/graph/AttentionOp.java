package org.diffusionjmh.graph;

import java.util.List;
import java.util.stream.IntStream;

/** Attention over sequences, as one operation, so that a backend can choose its kernel. */
public sealed interface AttentionOp extends Op {
    /**
     * {@code softmax(q k^T scale + bias) v} per head: q {@code [N, heads, L, d]}, k and v {@code [N, heads, S, d]}, and perhaps a bias
     * that broadcasts to {@code [N, heads, L, S]}; result {@code [N, heads, L, d]}. Scores and softmax are fp32 in libtorch's kernels for
     * any dtype of q.
     *
     * @param causal whether position i sees positions up to i only; not together with a bias
     * @param scale factor of the scores, commonly {@code 1 / sqrt(d)}
     */
    record ScaledDotProductAttention(boolean causal, double scale) implements AttentionOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 3, 4);
            TensorType q = Checks.floating(this, arguments.get(0));
            TensorType k = arguments.get(1);
            TensorType v = arguments.get(2);
            Checks.sameDType(this, q, k);
            Checks.sameDType(this, q, v);
            boolean fits = q.rank() == 4
                    && k.rank() == 4
                    && k.shape().equals(v.shape())
                    && q.withSize(2, k.size(2)).shape().equals(k.shape());
            if (!fits) {
                throw new ShapeException("ScaledDotProductAttention: q " + q + ", k " + k + ", v " + v + " do not fit");
            }
            if (arguments.size() == 4) {
                checkBias(q.withSize(-1, k.size(2)), arguments.get(3));
            }
            return q;
        }

        private void checkBias(TensorType scores, TensorType bias) {
            Checks.sameDType(this, scores, bias);
            boolean fits = !causal
                    && bias.rank() == 4
                    && IntStream.range(0, 4).allMatch(i -> bias.size(i) == 1 || bias.size(i) == scores.size(i));
            if (!fits) {
                throw new ShapeException("ScaledDotProductAttention: bias " + bias + " does not fit "
                        + (causal ? "causal attention" : "scores " + scores));
            }
        }
    }

    /**
     * {@link ScaledDotProductAttention} without a bias by cuDNN, which libtorch does not choose by itself. For fp16 and bf16 on a GPU.
     *
     * @param attention what is computed
     */
    record CudnnAttention(ScaledDotProductAttention attention) implements AttentionOp {
        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 3);
            return half(this, attention.infer(arguments));
        }
    }

    /**
     * {@link ScaledDotProductAttention} without a bias, and not causal, by this project's own kernel. For fp16 and bf16 on a GPU; runs on a
     * CPU as well, slowly. The result lies as {@code [N, L, heads, d]}.
     *
     * @param attention what is computed
     */
    record KernelAttention(ScaledDotProductAttention attention) implements AttentionOp {
        public KernelAttention {
            if (attention.causal()) {
                throw new IllegalArgumentException("KernelAttention: there is no kernel for causal attention");
            }
        }

        @Override
        public TensorType infer(List<TensorType> arguments) {
            Checks.count(this, arguments, 3);
            return half(this, attention.infer(arguments));
        }
    }

    private static TensorType half(AttentionOp op, TensorType result) {
        if (result.dtype() != DType.FP16 && result.dtype() != DType.BF16) {
            throw new ShapeException(op.getClass().getSimpleName() + ": " + result + " is neither fp16 nor bf16");
        }
        return result;
    }
}
