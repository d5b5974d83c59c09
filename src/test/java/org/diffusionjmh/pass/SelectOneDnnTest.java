package org.diffusionjmh.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.diffusionjmh.graph.ContractionOp.Conv2d;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.FusedOp.Geglu;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.MovementOp.PadRows;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.OneDnnOp.PackedConv2d;
import org.diffusionjmh.graph.OneDnnOp.PackedLinear;
import org.diffusionjmh.graph.OneDnnOp.PackedLinearBinary;
import org.diffusionjmh.graph.OneDnnOp.PackedLinearGelu;
import org.diffusionjmh.graph.PointwiseOp.Add;
import org.diffusionjmh.graph.PointwiseOp.Gelu;
import org.diffusionjmh.graph.PointwiseOp.GeluTanh;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class SelectOneDnnTest {
    private final Pass pass = new SelectOneDnn(true);
    private final Random random = new Random();

    private long size() {
        return random.nextInt(20) + 1L;
    }

    /** Linear layers with and without bias, before a residual on either side, before a GEGLU and before GELU. */
    @RepeatedTest(3)
    void linearLayers() {
        long channels = size();
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, size(), channels);
        Node left = b.add(b.in("left").linear(x, channels, true), x);
        Node right = b.add(x, b.in("right").linear(x, channels, false));
        b.output("left", left);
        b.output("right", right);
        b.output("plain", b.in("plain").linear(x, size(), true));
        b.output("geglu", b.apply(new Geglu(), b.in("geglu").linear(x, 2 * size(), true)));
        b.output("gelu", b.apply(new Gelu(), b.in("gelu").linear(x, size(), true)));
        b.output("tanh", b.apply(new GeluTanh(), b.in("tanh").linear(x, size(), false)));

        Graph selected = Rewrites.assertEqualResults(new SelectOneDnn(true), b.build(), 11, 1e-5);
        assertEquals(3, selected.nodesOf(PackedLinearBinary.class).size());
        assertEquals(3, selected.nodesOf(PackedLinearGelu.class).size());
        assertEquals(1, selected.nodesOf(PackedLinear.class).size());
    }

    /** A residual's rows that a padded product has none for get the pad, and the others are added to the product. */
    @RepeatedTest(5)
    void residualsOfPaddedProducts() {
        long channels = size();
        int before = random.nextInt(3);
        int after = random.nextInt(3);
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node product = b.in("layer").linear(b.input("x", DType.FP32, 2, 3, size()), channels, true);
        Node padded = b.apply(new PadRows(before, after), product, b.weight("pad", channels));
        Node residual = b.input("residual", DType.FP32, before + 2L + after, 3, channels);
        b.output("sum", random.nextBoolean() ? b.add(padded, residual) : b.add(residual, padded));

        Graph selected = Rewrites.assertEqualResults(new SelectOneDnn(true), b.build(), 2, 1e-5);
        assertEquals(1, selected.nodesOf(PackedLinearBinary.class).size());
        assertEquals(0, selected.nodesOf(PadRows.class).size());
    }

    /** A product that is taken twice, and a residual that broadcasts, are added after the product. */
    @Test
    void noEpilogueForSharedProductsAndBroadcasts() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, 3, 4);
        Node shared = b.in("shared").linear(x, 4, true);
        b.output("shared", b.add(shared, b.add(shared, x)));
        Node row = b.input("row", DType.FP32, 1, 1, 4);
        b.output("broadcast", b.add(b.in("broadcast").linear(x, 4, true), row));

        Graph selected = Rewrites.assertEqualResults(pass, b.build(), 2, 1e-5);
        assertEquals(3, selected.nodesOf(Add.class).size());
    }

    /** Windows, strides and paddings that the networks have. */
    @RepeatedTest(3)
    void convolutionsWithChannelsLast() {
        Graph graph = new ToChannelsLast().apply(convolutions()).graph();
        Graph selected = Rewrites.assertEqualResults(pass, graph, 3, 1e-5);
        assertEquals(3, selected.nodesOf(PackedConv2d.class).size());
        assertEquals(0, selected.nodesOf(Conv2d.class).size());
    }

    @Test
    void rowMajorConvolutionsStay() {
        Rewrites.assertUntouched(pass, convolutions());
    }

    private Graph convolutions() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, size(), 2 + size(), 2 + size());
        x = b.in("a").conv2d(x, size(), 3, 1, 1);
        x = b.in("b").conv2d(x, size(), 3, 2, 1);
        b.output("y", b.in("c").conv2d(x, size(), 1, 1, 0));
        return b.build();
    }

    @Test
    void nothingToDoWithoutProducts() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, 4);
        b.output("y", b.add(b.apply(new Geglu(), x), b.slice(x, 1, 0, 2)));
        Rewrites.assertUntouched(pass, b.build());
    }

    /** oneDNN packs bfloat16 where the CPU has the instructions, and float32 anywhere. */
    @Test
    void leavesBfloat16ToOtherCpus() {
        GraphBuilder b = new GraphBuilder("test", DType.BF16);
        b.output("linear", b.in("linear").linear(b.input("x", DType.BF16, 2, 3, 4), 4, true));
        Rewrites.assertUntouched(new SelectOneDnn(false), b.build());
        assertEquals(1, pass.apply(b.build()).matches());
    }
}
