package org.diffusionjmh.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.LayoutOp.ChannelsLast;
import org.diffusionjmh.graph.MovementOp.Reshape;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.SourceOp;
import org.junit.jupiter.api.Test;

class ToChannelsLastTest {
    private final Pass pass = new ToChannelsLast();

    /** Only weights and the network's input are converted, and values are the same. */
    @Test
    void convertsAtTheEdgesOnly() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.in("conv_in").conv2d(b.input("x", DType.FP32, 2, 3, 5, 7), 8, 3, 1, 1);
        x = b.in("norm").groupNorm(x, 4, 1e-5);
        b.output("y", b.in("conv_out").conv2d(x, 4, 3, 1, 1));

        Graph converted = Rewrites.assertEqualResults(pass, b.build(), 3, 1e-5);
        assertEquals(3, converted.nodesOf(ChannelsLast.class).size());
        Graph main = WeightFolding.of(converted).main();
        assertEquals(1, main.nodesOf(ChannelsLast.class).size(), "weights are converted once");
    }

    /** A feature map that comes from elsewhere is converted where it comes in, whatever takes it. */
    @Test
    void convertsEveryFeatureMapThatComesIn() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.in("conv_in").conv2d(b.input("x", DType.FP32, 2, 3, 5, 7), 8, 3, 1, 1);
        Node joined = b.concat(1, b.input("feature", DType.FP32, 2, 4, 5, 7), x);
        Node scaled = b.multiply(joined, b.reshape(b.input("shift", DType.FP32, 2, 12), 2, 12, 1, 1));
        b.output("y", b.in("norm").groupNorm(scaled, 4, 1e-5));

        Graph converted = Rewrites.assertEqualResults(pass, b.build(), 3, 1e-5);
        assertEquals(
                Set.of("x", "feature"),
                converted.nodesOf(ChannelsLast.class).stream()
                        .map(node -> node.inputs().get(0).op())
                        .filter(SourceOp.Input.class::isInstance)
                        .map(op -> ((SourceOp.Input) op).label())
                        .collect(Collectors.toSet()));
    }

    /** An input that is only given another shape stays row-major, and the first convolution's argument is converted instead. */
    @Test
    void convertsBeforeTheFirstConvolution() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node rows = b.reshape(b.input("x", DType.FP32, 2, 3, 5, 7), 2, 3, 35);
        Node x = b.in("conv_in").conv2d(b.reshape(b.scale(rows, 2), 2, 3, 5, 7), 8, 3, 1, 1);
        b.output("y", b.in("conv_out").conv2d(x, 4, 3, 1, 1));

        Graph converted = Rewrites.assertEqualResults(pass, b.build(), 2, 1e-5);
        List<Node> conversions = WeightFolding.of(converted).main().nodesOf(ChannelsLast.class);
        assertEquals(1, conversions.size());
        assertTrue(conversions.get(0).inputs().get(0).op() instanceof Reshape);
    }

    @Test
    void nothingToDoWithoutConvolutions() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        b.output("y", b.groupNorm(b.input("x", DType.FP32, 2, 4, 3, 3), 2, 1e-5));
        Rewrites.assertUntouched(pass, b.build());
    }
}
