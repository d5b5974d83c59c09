package org.diffusionjmh.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.FusedOp.GroupNormSilu;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.PointwiseOp.Silu;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class FuseGroupNormSiluTest {
    private final Pass pass = new FuseGroupNormSilu();

    @RepeatedTest(3)
    void fuses() {
        Random random = new Random();
        int groups = 1 + random.nextInt(4);
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input(
                "x",
                DType.FP32,
                2,
                (long) groups * (1 + random.nextInt(4)),
                1 + random.nextInt(9),
                1 + random.nextInt(9));
        b.output("y", b.apply(new Silu(), b.in("norm").groupNorm(x, groups, 1e-5)));

        Graph fused = Rewrites.assertEqualResults(pass, b.build(), 1, 0);
        assertEquals(1, fused.nodesOf(GroupNormSilu.class).size());
        assertEquals(0, fused.nodesOf(Silu.class).size());
    }

    /** A norm that something else takes as well, an output included, would be computed twice. */
    @Test
    void sharedNormStays() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node norm = b.groupNorm(b.input("x", DType.FP32, 2, 4, 3, 3), 2, 1e-5);
        b.output("y", b.apply(new Silu(), norm));
        b.output("norm", norm);
        Rewrites.assertUntouched(pass, b.build());
    }
}
