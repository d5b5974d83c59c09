package org.diffusionjmh.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.diffusionjmh.graph.ContractionOp.Conv2d;
import org.diffusionjmh.graph.ConvTile;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.KernelOp.ConvKernel;
import org.diffusionjmh.graph.KernelOp.DoublingConvKernel;
import org.diffusionjmh.graph.KernelOp.InterleaveKernel;
import org.diffusionjmh.graph.MovementOp.UpsampleNearest;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.PointwiseOp.Add;
import org.diffusionjmh.kernel.FusedOperators;
import org.diffusionjmh.pass.ConvLayer.After;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class SelectConvTest {
    private static final ConvTile TILE = new ConvTile(128, 160);

    /** A device that computes all with this project's kernels. */
    static Map<ConvLayer, ConvTile> all(Set<ConvLayer> layers) {
        return layers.stream().collect(Collectors.toMap(layer -> layer, layer -> TILE));
    }

    @BeforeAll
    static void register() {
        FusedOperators.get();
    }

    /** A residual block: both convolutions are kernels, the second adds the shortcut and its bias. */
    @RepeatedTest(3)
    void takesBiasAndResidual() {
        Random random = new Random();
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        long channels = 1L + random.nextInt(9);
        Node x = b.input("x", DType.FP32, 2, channels, 3 + random.nextInt(9), 3 + random.nextInt(9));
        Node first = b.in("conv1").conv2d(x, channels, 3, 1, 1);
        Node second = b.in("conv2").conv2d(first, channels, 3, 1, 1);
        b.output("y", b.apply(new Add(), x, second));

        Graph selected = Rewrites.assertEqualResults(new SelectConv(SelectConvTest::all), b.build(), 2, 1e-5);
        assertEquals(0, selected.nodesOf(Conv2d.class).size());
        assertEquals(0, selected.nodesOf(Add.class).size());
        List<Node> kernels = selected.nodesOf(ConvKernel.class);
        assertEquals(
                List.of(3, 4),
                kernels.stream().map(node -> node.inputs().size()).toList());
        assertEquals(new ConvKernel(1, true, TILE), kernels.get(1).op());
    }

    /** Of two convolutions that are added the later one takes the other's result; a sum with another shape is no residual. */
    @Test
    void takesOneResidual() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, 3, 5, 5);
        Node y = b.input("y", DType.FP32, 2, 3, 1, 1);
        Node left = b.in("left").conv2d(x, 3, 3, 1, 1);
        Node right = b.in("right").conv2d(x, 3, 1, 1, 0);
        b.output("sum", b.apply(new Add(), left, right));
        b.output("shifted", b.apply(new Add(), b.in("other").conv2d(x, 3, 3, 1, 1), y));

        Graph selected = Rewrites.assertEqualResults(new SelectConv(SelectConvTest::all), b.build(), 3, 1e-5);
        assertEquals(1, selected.nodesOf(Add.class).size());
        assertEquals(3, selected.nodesOf(ConvKernel.class).size());
    }

    /** The device is asked for each by its sizes, and what it does not prefer stays, with its sum. */
    @Test
    void followsTheDevice() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, 4, 6, 6);
        Node wide = b.in("wide").conv2d(x, 8, 3, 1, 1);
        b.output("narrow", b.apply(new Add(), b.in("narrow").conv2d(wide, 4, 3, 1, 1), x));
        b.output("half", b.in("half").conv2d(x, 8, 3, 2, 1)); // strides are not asked for

        Set<ConvLayer> asked = new HashSet<>();
        Pass pass = new SelectConv(layers -> {
            asked.addAll(layers);
            return layers.stream()
                    .filter(layer -> layer.after() == After.OTHER)
                    .collect(Collectors.toMap(layer -> layer, layer -> TILE));
        });
        Graph selected = Rewrites.assertEqualResults(pass, b.build(), 1, 1e-5);
        assertEquals(2, asked.size());
        assertTrue(asked.contains(new ConvLayer(x.type(), wide.inputs().get(1).type(), 1, After.OTHER)));
        assertEquals(1, selected.nodesOf(Add.class).size());
        assertEquals(2, selected.nodesOf(Conv2d.class).size());
    }

    /** An upsampling convolution and putting its phases side by side are one kernel. */
    @RepeatedTest(3)
    void takesPhases() {
        Random random = new Random();
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, 1 + random.nextInt(9), 1 + random.nextInt(9), 1 + random.nextInt(9));
        Node doubled =
                b.apply(new UpsampleNearest(2 * x.type().size(2), 2 * x.type().size(3)), x);
        b.output("y", b.in("conv").conv2d(doubled, 1L + random.nextInt(9), 3, 1, 1));

        Graph folded = new FoldUpsampleIntoConv(true).apply(b.build()).graph();
        Graph selected = Rewrites.assertEqualResults(new SelectConv(SelectConvTest::all), folded, 1, 1e-5);
        assertEquals(1, selected.nodesOf(DoublingConvKernel.class).size());
        assertEquals(0, selected.nodesOf(InterleaveKernel.class).size());
    }

    @Test
    void nothingIsChangedWhereLibtorchIsFastest() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        b.output("y", b.in("conv").conv2d(b.input("x", DType.FP32, 1, 3, 4, 4), 3, 3, 1, 1));
        Rewrites.assertUntouched(new SelectConv(ConvChoice.LIBTORCH), b.build());
    }
}
