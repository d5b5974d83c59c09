package org.diffusionjmh.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.FusedOp.Geglu;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.PointwiseOp.Gelu;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class FuseGegluTest {
    private final Pass pass = new FuseGeglu();

    @RepeatedTest(3)
    void fuses() {
        Random random = new Random();
        int half = 1 + random.nextInt(20);
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, 1 + random.nextInt(9), 2L * half);
        Node gate = b.apply(new Gelu(), b.slice(x, -1, half, 2L * half));
        b.output("y", b.multiply(b.slice(x, 2, 0, half), gate));

        Graph fused = Rewrites.assertEqualResults(pass, b.build(), 1, 0);
        assertEquals(1, fused.nodesOf(Geglu.class).size());
        assertEquals(0, fused.nodesOf(Gelu.class).size());
    }

    /** Not with the halves swapped, nor where they do not make up the whole, nor of two tensors, nor where the gate is taken elsewhere. */
    @Test
    void othersStay() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, 8);
        Node y = b.input("y", DType.FP32, 2, 8);
        b.output("swapped", b.multiply(b.slice(x, -1, 4, 8), gelu(b, b.slice(x, -1, 0, 4))));
        b.output("part", b.multiply(b.slice(x, -1, 0, 3), gelu(b, b.slice(x, -1, 3, 6))));
        b.output("two", b.multiply(b.slice(x, -1, 0, 4), gelu(b, b.slice(y, -1, 4, 8))));
        Node shared = gelu(b, b.slice(x, -1, 4, 8));
        b.output("product", b.multiply(b.slice(x, -1, 0, 4), shared));
        b.output("gate", shared);
        Rewrites.assertUntouched(pass, b.build());
    }

    private static Node gelu(GraphBuilder b, Node x) {
        return b.apply(new Gelu(), x);
    }
}
