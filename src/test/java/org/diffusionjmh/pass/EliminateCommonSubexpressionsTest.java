package org.diffusionjmh.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.PointwiseOp;
import org.junit.jupiter.api.Test;

class EliminateCommonSubexpressionsTest {
    private final Pass pass = new EliminateCommonSubexpressions();

    /** SiLU of the time embedding in three blocks, and what is then equal in turn, is computed once. */
    @Test
    void equalValuesAreComputedOnce() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 3, 5);
        Node sum = x;
        for (int i = 0; i < 3; i++) {
            Node silu = b.in(i).apply(new PointwiseOp.Silu(), x);
            sum = b.add(sum, b.in(i).scale(silu, 2));
        }
        b.output("y", sum);

        Graph rewritten = Rewrites.assertEqualResults(pass, b.build(), 4, 0);
        assertEquals(1, rewritten.nodesOf(PointwiseOp.Silu.class).size());
        assertEquals(1, rewritten.nodesOf(PointwiseOp.Scale.class).size());
    }

    /** Other attributes, arguments or order of arguments make another value; inputs of one type stay two. */
    @Test
    void differentValuesStay() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2);
        Node y = b.input("y", DType.FP32, 2);
        b.output("a", b.add(b.scale(x, 2), b.scale(x, 3)));
        b.output("b", b.add(b.scale(y, 2), x));
        Rewrites.assertUntouched(pass, b.build());
    }
}
