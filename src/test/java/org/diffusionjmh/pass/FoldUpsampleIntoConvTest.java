package org.diffusionjmh.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.diffusionjmh.graph.ContractionOp.Conv2d;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.KernelOp.InterleaveKernel;
import org.diffusionjmh.graph.MovementOp.UpsampleNearest;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.kernel.FusedOperators;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class FoldUpsampleIntoConvTest {
    private final Pass pass = new FoldUpsampleIntoConv(false);

    /** Also at the edges, where the window meets the padding, and for sizes that are not square or a single pixel. */
    @RepeatedTest(6)
    void folds() {
        Random random = new Random();
        int height = 1 + random.nextInt(5);
        int width = 1 + random.nextInt(5);
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 1 + random.nextInt(3), 1 + random.nextInt(4), height, width);
        b.output("y", b.conv2d(upsampled(b, x, 2L * height, 2L * width), 1 + random.nextInt(5), 3, 1, 1));

        Graph folded = Rewrites.assertEqualResults(pass, b.build(), 1, 1e-5);
        assertEquals(0, folded.nodesOf(UpsampleNearest.class).size());
    }

    /** With this project's kernels, one puts the pixels side by side and adds the bias. */
    @RepeatedTest(3)
    void foldsWithTheKernel() {
        FusedOperators.get();
        Random random = new Random();
        long height = 1L + random.nextInt(5);
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, 3, height, 3);
        b.output("y", b.conv2d(upsampled(b, x, 2 * height, 6), 5, 3, 1, 1));
        Graph folded = Rewrites.assertEqualResults(new FoldUpsampleIntoConv(true), b.build(), 1, 1e-5);
        assertEquals(1, folded.nodesOf(InterleaveKernel.class).size());
    }

    /** Not to an odd size, not before another window, stride or padding, and not where the large map is taken elsewhere. */
    @Test
    void othersStay() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 1, 2, 4, 4);
        b.output("odd", b.in("odd").conv2d(upsampled(b, x, 7, 8), 2, 3, 1, 1));
        b.output("one", b.in("one").conv2d(upsampled(b, x, 8, 8), 2, 1, 1, 0));
        b.output("five", b.in("five").conv2d(upsampled(b, x, 8, 8), 2, 5, 1, 1));
        b.output("stride", b.in("stride").conv2d(upsampled(b, x, 8, 8), 2, 3, 2, 1));
        Node shared = upsampled(b, x, 8, 8);
        b.output("conv", b.in("shared").conv2d(shared, 2, 3, 1, 1));
        b.output("shared", shared);
        Rewrites.assertUntouched(pass, b.build());
    }

    /** Weights are summed once, before the first run. */
    @Test
    void onlyTheSmallConvolutionIsLeftAfterFolding() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 1, 2, 4, 4);
        b.output("y", b.conv2d(upsampled(b, x, 8, 8), 3, 3, 1, 1));
        Graph main = WeightFolding.of(pass.apply(b.build()).graph()).main();
        Node conv = main.nodesOf(Conv2d.class).get(0);
        assertEquals(
                java.util.List.of(12L, 2L, 2L, 2L), conv.inputs().get(1).type().shape());
        assertEquals(
                0,
                main.nodesOf(org.diffusionjmh.graph.ContractionOp.Linear.class).size());
    }

    private static Node upsampled(GraphBuilder b, Node x, long height, long width) {
        return b.apply(new UpsampleNearest(height, width), x);
    }
}
