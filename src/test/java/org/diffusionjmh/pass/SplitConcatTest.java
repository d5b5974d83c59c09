package org.diffusionjmh.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.diffusionjmh.graph.ContractionOp.Conv2d;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.FusedOp.ConcatLinear;
import org.diffusionjmh.graph.FusedOp.GroupNormSilu;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.KernelOp.ConcatGroupNormKernel;
import org.diffusionjmh.graph.MovementOp.Concat;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.NormalizationOp.GroupNorm;
import org.diffusionjmh.graph.ShapeException;
import org.diffusionjmh.kernel.FusedOperators;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class SplitConcatTest {
    private final Pass pass = new SplitConcat();

    @BeforeAll
    static void register() {
        FusedOperators.get();
    }

    /** A residual block of an up block: groups lie across the border between the parts, wherever it is. */
    @RepeatedTest(5)
    void normsAndShortcutsReadTheParts() {
        Random random = new Random();
        int groups = 1 + random.nextInt(4);
        long channels = (long) groups * (1 + random.nextInt(5)) + groups;
        long border = 1L + random.nextInt((int) channels - 1);
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node joined = joined(b, border, channels - border, 1 + random.nextInt(9), 1 + random.nextInt(9));
        Node norm = b.in("norm1").groupNorm(joined, groups, 1e-5);
        Node silu = new Node(new GroupNormSilu((GroupNorm) norm.op()), norm.inputs(), "");
        Node pixels = b.in("conv_shortcut").linear(b.permute(joined, 0, 2, 3, 1), 7, random.nextBoolean());
        Node hidden = b.in("conv1").conv2d(b.add(silu, norm), 7, 3, 1, 1);
        b.output("y", b.add(b.permute(pixels, 0, 3, 1, 2), hidden));

        Graph split = Rewrites.assertEqualResults(pass, b.build(), 3, 1e-5);
        assertEquals(2, split.nodesOf(ConcatGroupNormKernel.class).size());
        assertEquals(1, split.nodesOf(ConcatLinear.class).size());
        assertEquals(0, WeightFolding.of(split).main().nodesOf(Concat.class).size());
    }

    /** What else is taken has to be there as a whole, and then the norm may read it as well. */
    @Test
    void concatenationsWithOtherUsesStay() {
        GraphBuilder b = builder();
        Node joined = joined(b, 4, 2, 3, 5);
        b.output("norm", b.groupNorm(joined, 3, 1e-5));
        b.output("conv", b.apply(new Conv2d(1, 0), joined, b.weight("conv.weight", 4, 6, 1, 1)));
        Rewrites.assertUntouched(pass, b.build());
    }

    @Test
    void outputsStay() {
        GraphBuilder b = builder();
        Node joined = joined(b, 4, 2, 3, 5);
        b.output("norm", b.groupNorm(joined, 3, 1e-5));
        b.output("joined", joined);
        Rewrites.assertUntouched(pass, b.build());

        GraphBuilder sequence = builder();
        Node pixels = sequence.permute(joined(sequence, 4, 2, 3, 5), 0, 2, 3, 1);
        sequence.output("linear", sequence.linear(pixels, 4, true));
        sequence.output("pixels", pixels);
        Rewrites.assertUntouched(pass, sequence.build());
    }

    @Test
    void concatenationsOfOtherKindsStay() {
        GraphBuilder three = builder();
        Node x = three.input("x", DType.FP32, 2, 2, 3, 5);
        three.output("y", three.groupNorm(three.concat(1, x, x, x), 3, 1e-5));
        Rewrites.assertUntouched(pass, three.build());

        GraphBuilder rows = builder();
        Node y = rows.input("x", DType.FP32, 2, 6, 3, 5);
        rows.output("y", rows.groupNorm(rows.concat(2, y, y), 3, 1e-5));
        Rewrites.assertUntouched(pass, rows.build());
    }

    @Test
    void partsThatDoNotFitAreRefused() {
        GraphBuilder b = builder();
        Node x = b.input("x", DType.FP32, 2, 4, 3, 5);
        Node lower = b.input("lower", DType.FP32, 2, 4, 2, 5);
        Node parameter = b.weight("weight", 8);
        ConcatGroupNormKernel norm = new ConcatGroupNormKernel(new GroupNorm(2, 1e-5), true);
        assertThrows(ShapeException.class, () -> b.apply(norm, x, lower, parameter, parameter));
        assertThrows(ShapeException.class, () -> b.apply(norm, x, x, b.weight("short", 7), parameter));

        Node five = b.weight("five", 6, 5);
        assertThrows(ShapeException.class, () -> b.apply(new ConcatLinear(), x, x, five, b.weight("seven", 7, 5)));
        assertThrows(ShapeException.class, () -> b.apply(new ConcatLinear(), x, lower, five, five));
    }

    private static GraphBuilder builder() {
        return new GraphBuilder("test", DType.FP32);
    }

    private static Node joined(GraphBuilder b, long first, long second, long height, long width) {
        Node x = b.input("x", DType.FP32, 2, first, height, width);
        return b.concat(1, x, b.input("skip", DType.FP32, 2, second, height, width));
    }
}
