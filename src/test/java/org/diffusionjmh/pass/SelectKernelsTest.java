package org.diffusionjmh.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.diffusionjmh.graph.ContractionOp.Conv2d;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.FusedOp.Geglu;
import org.diffusionjmh.graph.FusedOp.GroupNormSilu;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.KernelOp.AddBiasKernel;
import org.diffusionjmh.graph.KernelOp.AddLayerNormKernel;
import org.diffusionjmh.graph.KernelOp.BiasKernel;
import org.diffusionjmh.graph.KernelOp.GegluKernel;
import org.diffusionjmh.graph.KernelOp.GroupNormKernel;
import org.diffusionjmh.graph.KernelOp.LayerNormKernel;
import org.diffusionjmh.graph.MovementOp.PadRows;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.NormalizationOp.GroupNorm;
import org.diffusionjmh.graph.NormalizationOp.LayerNorm;
import org.diffusionjmh.graph.PointwiseOp.Add;
import org.diffusionjmh.kernel.FusedOperators;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class SelectKernelsTest {
    private final Pass pass = new SelectKernels(true);

    @BeforeAll
    static void register() {
        FusedOperators.get();
    }

    /** The operators' implementations for the CPU give what the operations give that they replace; and they can be told apart by name. */
    @RepeatedTest(3)
    void replaces() {
        Random random = new Random();
        int groups = 1 + random.nextInt(4);
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, (long) groups * (1 + random.nextInt(4)), 1 + random.nextInt(9), 6);
        Node norm = b.in("first").groupNorm(x, groups, 1e-5);
        Node permuted = b.permute(norm, 0, 1, 3, 2);
        Node second = b.in("second").groupNorm(permuted, groups, 0.1);
        Node silu = new Node(new GroupNormSilu((GroupNorm) second.op()), second.inputs(), "");
        b.output("y", b.apply(new Geglu(), b.permute(silu, 0, 1, 3, 2)));

        Graph kernels = Rewrites.assertEqualResults(pass, b.build(), 3, 1e-6);
        assertEquals(2, kernels.nodesOf(GroupNormKernel.class).size());
        assertEquals(1, kernels.nodesOf(GegluKernel.class).size());
    }

    /** What is added before a norm goes into it: the time embedding's projection, or a convolution's bias. */
    @RepeatedTest(3)
    void normsTakeWhatIsAddedBeforeThem() {
        Random random = new Random();
        long size = 2L + random.nextInt(6);
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, 3, size, size + 1);
        Node embedding = b.input("embedding", DType.FP32, 2, 5);
        Node shift = b.reshape(b.in("time").linear(embedding, 8, true), 2, 8, 1, 1);
        Node conv1 = b.apply(new Conv2d(1, 1), x, b.weight("conv1.weight", 8, 3, 3, 3));
        Node first = b.in("norm1").groupNorm(b.add(conv1, shift), 4, 1e-5);
        Node second = b.in("norm2").groupNorm(b.in("conv2").conv2d(first, 6, 3, 1, 1), 2, 1e-5);
        b.output("y", second);

        Graph kernels = Rewrites.assertEqualResults(pass, b.build(), 2, 1e-5);
        assertEquals(0, kernels.nodesOf(Add.class).size());
        assertEquals(4, kernels.nodesOf(GroupNormKernel.class).get(1).inputs().size());
        assertEquals(2, kernels.nodesOf(Conv2d.class).get(1).inputs().size());
    }

    /** A sum of sequences and its layer norm are one kernel's results, and both can be taken. */
    @RepeatedTest(3)
    void sumsGoWithTheirLayerNorm() {
        Random random = new Random();
        long features = 1L + random.nextInt(9);
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, 3, features);
        Node sum = b.add(x, b.input("residual", DType.FP32, 2, 3, features));
        b.output("y", b.add(b.in("norm").layerNorm(sum, 1e-5), sum));

        Graph kernels = Rewrites.assertEqualResults(pass, b.build(), 2, 1e-6);
        assertEquals(1, kernels.nodesOf(AddLayerNormKernel.class).size());
        assertEquals(1, kernels.nodesOf(Add.class).size());
    }

    /** A norm of some rows of a sum goes with it, and rows that are padded are not written down before they are added. */
    @RepeatedTest(3)
    void sumsOfPaddedRowsGoWithTheNormOfSome() {
        Random random = new Random();
        long features = 1L + random.nextInt(9);
        int before = random.nextInt(3);
        int after = random.nextInt(3);
        long rows = before + 2L + after;
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, 3, features);
        Node residual = b.input("residual", DType.FP32, rows, 3, features);
        Node padded = b.apply(new PadRows(before, after), x, b.weight("pad", features));
        Node sum = random.nextBoolean() ? b.add(padded, residual) : b.add(residual, padded);
        long first = random.nextInt((int) rows);
        b.output("norm", b.in("norm").layerNorm(b.slice(sum, 0, first, first + 1), 1e-5));
        b.output("sum", b.multiply(sum, sum));

        Graph kernels = Rewrites.assertEqualResults(pass, b.build(), 2, 1e-5);
        assertEquals(1, kernels.nodesOf(AddLayerNormKernel.class).size());
        assertEquals(0, kernels.nodesOf(PadRows.class).size());
        assertEquals(0, kernels.nodesOf(Add.class).size());
    }

    /** What is padded and taken elsewhere too is there anyway. */
    @Test
    void paddedRowsThatAreTakenTwiceStay() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node padded = b.apply(new PadRows(1, 0), b.input("x", DType.FP32, 1, 3, 4), b.weight("pad", 4));
        Node sum = b.add(padded, b.input("residual", DType.FP32, 2, 3, 4));
        b.output("norm", b.in("norm").layerNorm(sum, 1e-5));
        b.output("padded", padded);

        Graph kernels = Rewrites.assertEqualResults(pass, b.build(), 2, 1e-5);
        assertEquals(1, kernels.nodesOf(PadRows.class).size());
    }

    /** The bias of a convolution is added with its residual, where channels are innermost. */
    @Test
    void sumsTakeTheBiasOfAConvolution() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, 4, 5, 3);
        b.output("y", b.add(x, b.in("conv").conv2d(x, 4, 3, 1, 1)));

        Graph kernels = Rewrites.assertEqualResults(pass, b.build(), 1, 1e-5);
        assertEquals(1, kernels.nodesOf(AddBiasKernel.class).size());
        Rewrites.assertUntouched(new SelectKernels(false), b.build());
    }

    /** What no kernel takes with its bias gets it from one. */
    @Test
    void otherConvolutionsGetTheirBiasFromAKernel() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, 4, 5, 3);
        Node conv = b.in("conv").conv2d(x, 4, 3, 1, 1);
        b.output("y", b.in("norm").groupNorm(conv, 2, 1e-5));
        b.output("conv", conv);

        Graph kernels = Rewrites.assertEqualResults(pass, b.build(), 2, 1e-5);
        assertEquals(1, kernels.nodesOf(BiasKernel.class).size());
    }

    @Test
    void layerNormsWithParametersAreReplaced() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        b.output("y", b.layerNorm(b.input("x", DType.FP32, 2, 3, 4), 1e-5));
        assertEquals(
                1,
                Rewrites.assertEqualResults(pass, b.build(), 1, 1e-6)
                        .nodesOf(LayerNormKernel.class)
                        .size());
    }

    @Test
    void othersStay() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        b.output("y", b.apply(new LayerNorm(1e-5), b.input("x", DType.FP32, 2, 4)));
        Rewrites.assertUntouched(pass, b.build());
    }
}
