package org.diffusionjmh.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import org.diffusionjmh.graph.ContractionOp.Linear;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.KernelOp.LinearKernel;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.PointwiseOp.Add;
import org.diffusionjmh.graph.PointwiseOp.Silu;
import org.diffusionjmh.kernel.FusedOperators;
import org.diffusionjmh.pass.LinearLayer.After;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class SelectLinearTest {
    private final Random random = new Random();

    /** All layers by cuBLASLt, with a residual where there is one. */
    private final Pass all = new SelectLinear(SelectLinearTest::all);

    static Map<LinearLayer, LinearPlan> all(Set<LinearLayer> layers) {
        Map<LinearLayer, LinearPlan> plans = new HashMap<>();
        layers.forEach(layer -> plans.put(layer, LinearPlan.of(2, layer.after() != After.OTHER)));
        return plans;
    }

    @BeforeAll
    static void register() {
        FusedOperators.get();
    }

    private long size() {
        return 1L + random.nextInt(9);
    }

    @RepeatedTest(3)
    void layersTakeTheirResidual() {
        long features = size();
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, size(), size(), features);
        Node hidden = b.in("hidden").linear(b.in("norm").layerNorm(x, 1e-5), size(), true);
        Node sum = b.add(b.in("out").linear(b.apply(new Silu(), hidden), features, true), x);
        b.output("y", b.add(b.in("norm2").layerNorm(sum, 1e-5), sum));

        Graph selected = Rewrites.assertEqualResults(all, b.build(), 2, 1e-5);
        assertEquals(0, selected.nodesOf(Linear.class).size());
        assertEquals(1, selected.nodesOf(Add.class).size());
        assertEquals(
                List.of(3, 4),
                selected.nodesOf(LinearKernel.class).stream()
                        .map(node -> node.inputs().size())
                        .toList());
    }

    /** A residual is viewed the other way round if it is added to a view. */
    @RepeatedTest(3)
    void viewsMayStandBeforeTheSum() {
        long channels = size();
        long height = size();
        long width = size();
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node image = b.input("image", DType.FP32, 2, channels, height, width);
        Node pixels = b.reshape(b.permute(image, 0, 2, 3, 1), 2, height * width, channels);
        Node linear = b.in("out").linear(pixels, channels, true);
        Node view = b.permute(b.reshape(linear, 2, height, width, channels), 0, 3, 1, 2);
        b.output("y", b.add(image, view));

        Graph selected = Rewrites.assertEqualResults(all, b.build(), 1, 1e-5);
        assertEquals(0, selected.nodesOf(Add.class).size());
    }

    /** What is taken elsewhere too stays; a layer without a bias takes no residual; of two layers, the other one's result is a residual. */
    @Test
    void otherSumsStay() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, 3, 4);
        Node shared = b.in("shared").linear(x, 4, true);
        b.output("shared", b.add(shared, x));
        b.output("again", shared);
        b.output("unbiased", b.add(x, b.in("unbiased").linear(x, 4, false)));
        b.output("both", b.add(b.in("left").linear(x, 4, true), b.in("right").linear(x, 4, true)));
        b.output("broadcast", b.add(b.in("last").linear(x, 4, true), b.input("row", DType.FP32, 4)));

        Graph selected = Rewrites.assertEqualResults(all, b.build(), 5, 1e-5);
        assertEquals(3, selected.nodesOf(Add.class).size());
    }

    /** The device is asked once, for all layers, and what it does not choose stays. */
    @Test
    void followsTheDevice() {
        GraphBuilder b = new GraphBuilder("test", DType.FP16);
        Node x = b.input("x", DType.FP16, 2, 3, 8);
        Node hidden = b.in("a").linear(x, 8, true);
        Node sum = b.add(b.in("b").linear(hidden, 8, true), x);
        b.output("y", b.in("norm").layerNorm(sum, 1e-5));
        b.output("z", b.add(b.in("c").linear(sum, 8, true), sum));
        Set<LinearLayer> asked = new LinkedHashSet<>();
        LinearLayer plain = new LinearLayer(DType.FP16, 6, 8, 8, true, After.OTHER);
        Pass pass = new SelectLinear(layers -> {
            asked.addAll(layers);
            return Map.of(plain, LinearPlan.of(1, false));
        });

        Graph selected = pass.apply(b.build()).graph();
        assertEquals(
                Set.of(
                        plain,
                        new LinearLayer(DType.FP16, 6, 8, 8, true, After.NORMED_SUM),
                        new LinearLayer(DType.FP16, 6, 8, 8, true, After.SUM)),
                asked);
        assertEquals(
                new LinearKernel(1), selected.nodesOf(LinearKernel.class).get(0).op());
        assertEquals(2, selected.nodesOf(Linear.class).size());
        Rewrites.assertUntouched(new SelectLinear(LinearChoice.LIBTORCH), b.build());
    }

    /** Work on weights, and work that is done once per run, is not captured. */
    @Test
    void whatIsDoneOnceStays() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, 4);
        Node text = b.inputPerRun("text", DType.FP32, 2, 4);
        b.output("y", b.add(x, b.in("text").linear(text, 4, true)));
        Rewrites.assertUntouched(all, b.build());
    }

    @Test
    void libtorchAddsNoResidual() {
        assertThrows(IllegalArgumentException.class, () -> new LinearPlan(OptionalInt.empty(), true));
    }
}
