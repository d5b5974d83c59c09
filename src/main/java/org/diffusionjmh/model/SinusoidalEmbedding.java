package org.diffusionjmh.model;

import java.util.List;
import java.util.stream.IntStream;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.PointwiseOp;

/**
 * Numbers as sines and cosines (Vaswani et al. 2017) with the frequencies {@code 10000^(-i / (dim / 2 - freqShift))}.
 *
 * @param flipSinToCos whether the cosines come first
 * @param freqShift see the formula
 */
record SinusoidalEmbedding(boolean flipSinToCos, int freqShift) {
    /**
     * @param values FP32 [n]
     * @param dim width of the result; even
     * @return FP32 [n, dim]
     */
    Node apply(GraphBuilder b, Node values, long dim) {
        int half = Math.toIntExact(dim / 2);
        List<Float> frequencies = IntStream.range(0, half)
                .mapToObj(i -> (float) Math.exp((float) (-Math.log(10000) * i) / (half - freqShift)))
                .toList();
        Node angles = b.multiply(b.reshape(values, values.type().elements(), 1), b.constant(frequencies, 1, half));
        Node sin = b.apply(new PointwiseOp.Sin(), angles);
        Node cos = b.apply(new PointwiseOp.Cos(), angles);
        return flipSinToCos ? b.concat(-1, cos, sin) : b.concat(-1, sin, cos);
    }
}
