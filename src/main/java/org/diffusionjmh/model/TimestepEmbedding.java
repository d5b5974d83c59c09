package org.diffusionjmh.model;

import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.PointwiseOp;

/**
 * The MLP behind a sinusoidal embedding.
 *
 * @param dim width inside and of the result
 */
record TimestepEmbedding(long dim) {
    /**
     * @param x [n, any]
     * @return [n, dim]
     */
    Node apply(GraphBuilder b, Node x) {
        Node hidden = b.in("linear_1").linear(x, dim, true);
        return b.in("linear_2").linear(b.apply(new PointwiseOp.Silu(), hidden), dim, true);
    }
}
