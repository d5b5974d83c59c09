package org.diffusionjmh.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.diffusionjmh.graph.ContractionOp.Conv2d;
import org.diffusionjmh.graph.ContractionOp.Linear;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;
import org.junit.jupiter.api.Test;

class PointwiseConvToLinearTest {
    private final Pass pass = new PointwiseConvToLinear();

    @Test
    void replaces() {
        Graph linear = Rewrites.assertEqualResults(pass, graph(DType.BF16, 1, 1, 0), 1, 2e-2);
        assertEquals(0, linear.nodesOf(Conv2d.class).size());
        assertEquals(1, linear.nodesOf(Linear.class).size());
    }

    /** Other windows, strides and borders, and float32, which a GPU may compute as TF32 in a convolution. */
    @Test
    void othersStay() {
        Rewrites.assertUntouched(pass, graph(DType.FP32, 1, 1, 0));
        Rewrites.assertUntouched(pass, graph(DType.BF16, 3, 1, 1));
        Rewrites.assertUntouched(pass, graph(DType.BF16, 1, 2, 0));
        Rewrites.assertUntouched(pass, graph(DType.BF16, 1, 1, 1));
    }

    private static Graph graph(DType dtype, int kernel, int stride, int padding) {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.cast(b.input("x", DType.FP32, 2, 3, 5, 4), dtype);
        Node weight = b.cast(b.weight("weight", 6, 3, kernel, kernel), dtype);
        Node bias = b.cast(b.weight("bias", 6), dtype);
        b.output("y", b.cast(b.apply(new Conv2d(stride, padding), x, weight, bias), DType.FP32));
        return b.build();
    }
}
