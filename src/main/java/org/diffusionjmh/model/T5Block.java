package org.diffusionjmh.model;

import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.NormalizationOp;
import org.diffusionjmh.graph.PointwiseOp;

/** A block of the T5 encoder: self-attention, feed-forward layer, each with its norm in front. */
record T5Block(T5Config config) {
    private static final double LARGEST_FP16 = 65504;
    private static final double LARGEST_FP32 = Float.MAX_VALUE;
    private static final double LARGEST_BF16 = 0x1.FEp127;

    /** The largest finite number of a type. */
    static double largest(DType dtype) {
        return switch (dtype) {
            case FP16 -> LARGEST_FP16;
            case BF16 -> LARGEST_BF16;
            case FP32 -> LARGEST_FP32;
            case INT64 -> throw new IllegalArgumentException(dtype + " is not floating-point");
        };
    }

    /**
     * @param x [N, L, d_model], of the builder's type or FP32
     * @param scores added to the attention's [N, heads, L, L]
     * @return [N, L, d_model], of the builder's type or FP32
     */
    Node apply(GraphBuilder b, Node x, Node scores) {
        GraphBuilder first = b.in(0);
        x = sum(first, x, attention(first.in("SelfAttention"), norm(first.in("layer_norm"), x), scores));
        GraphBuilder second = b.in(1);
        return sum(second, x, feedForward(second.in("DenseReluDense"), norm(second.in("layer_norm"), x)));
    }

    private Node norm(GraphBuilder b, Node x) {
        return b.apply(new NormalizationOp.RmsNorm(config.layerNormEpsilon()), x, b.weight("weight", config.dModel()));
    }

    /** In the wider of the two types; FP16 is kept finite. */
    private static Node sum(GraphBuilder b, Node x, Node y) {
        boolean wide = x.type().dtype() == DType.FP32 || y.type().dtype() == DType.FP32;
        DType dtype = wide ? DType.FP32 : b.dtype();
        Node sum = b.add(b.cast(x, dtype), b.cast(y, dtype));
        return dtype == DType.FP16 ? b.apply(new PointwiseOp.Clamp(-LARGEST_FP16, LARGEST_FP16), sum) : sum;
    }

    /** Scores are not scaled: the weights are. */
    private Node attention(GraphBuilder b, Node x, Node scores) {
        Node q = heads(b, b.in("q"), x);
        Node k = heads(b, b.in("k"), x);
        Node v = heads(b, b.in("v"), x);
        Node attended = b.permute(b.attention(q, k, v, scores, 1), 0, 2, 1, 3);
        Node joined = b.reshape(attended, x.type().size(0), x.type().size(1), width());
        return b.in("o").linear(joined, config.dModel(), false);
    }

    private Node heads(GraphBuilder b, GraphBuilder layer, Node x) {
        Node all = layer.linear(x, width(), false);
        Node split = b.reshape(all, x.type().size(0), x.type().size(1), config.numHeads(), config.dKv());
        return b.permute(split, 0, 2, 1, 3);
    }

    private long width() {
        return (long) config.numHeads() * config.dKv();
    }

    private Node feedForward(GraphBuilder b, Node x) {
        Node hidden = b.apply(
                config.activation(), b.in(config.gated() ? "wi_0" : "wi").linear(x, config.dFf(), false));
        if (config.gated()) {
            hidden = b.multiply(hidden, b.in("wi_1").linear(x, config.dFf(), false));
        }
        DType dtype = b.dtype() == DType.FP16 ? DType.FP32 : b.dtype();
        return b.in("wo").as(dtype).linear(b.cast(hidden, dtype), config.dModel(), false);
    }
}
