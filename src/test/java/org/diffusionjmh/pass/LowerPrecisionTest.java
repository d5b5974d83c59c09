package org.diffusionjmh.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.diffusionjmh.graph.ContractionOp.Linear;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.PointwiseOp.Cast;
import org.diffusionjmh.graph.PointwiseOp.MultiplyAdd;
import org.diffusionjmh.graph.PointwiseOp.Sin;
import org.junit.jupiter.api.Test;

class LowerPrecisionTest {
    private final Pass pass = new LowerPrecision(DType.BF16);

    /** From the first product on, whatever meets it, all is bfloat16; what stands before, and the result, is float32. */
    @Test
    void lowersFromTheFirstProductOn() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node time = b.apply(new Sin(), b.input("time", DType.FP32, 2, 16));
        Node x = b.input("x", DType.FP32, 2, 8, 5, 5);
        Node hidden = b.in("conv").conv2d(x, 16, 3, 1, 1);
        hidden = b.add(hidden, b.reshape(b.in("time").linear(time, 16, true), 2, 16, 1, 1));
        hidden = b.add(b.in("norm").groupNorm(hidden, 4, 1e-5), b.reshape(time, 2, 16, 1, 1));
        b.output("y", hidden);

        Graph lowered = Rewrites.assertEqualResults(pass, b.build(), 4, 3e-2);
        assertEquals(DType.FP32, lowered.nodesOf(Sin.class).get(0).type().dtype());
        assertEquals(DType.FP32, lowered.outputs().get("y").type().dtype());
        assertEquals(
                DType.BF16, lowered.outputs().get("y").inputs().get(0).type().dtype());
    }

    /** A conversion to float32, even of what was float32 already, ends the part in the shorter type. */
    @Test
    void aConversionEndsIt() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, 4);
        Node wide = b.apply(new Cast(DType.FP32), b.in("proj").linear(x, 4, true));
        b.output("y", b.multiplyAdd(x, wide, b.input("factor", DType.FP32, 1)));

        Graph lowered = Rewrites.assertEqualResults(pass, b.build(), 1, 3e-2);
        assertEquals(
                DType.FP32,
                lowered.nodesOf(MultiplyAdd.class).get(0).inputs().get(1).type().dtype());
        assertEquals(DType.BF16, lowered.nodesOf(Linear.class).get(0).type().dtype());
    }

    /** Weights are computed in float32 and rounded once. */
    @Test
    void workOnWeightsStaysFloat32() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, 4);
        Node product = b.apply(new Linear(), b.weight("a", 3, 4), b.weight("b", 4, 4));
        b.output("y", b.apply(new Linear(), x, product));

        Graph lowered = pass.apply(b.build()).graph();
        assertEquals(
                List.of(DType.FP32, DType.BF16),
                lowered.nodesOf(Linear.class).stream()
                        .map(node -> node.type().dtype())
                        .toList());
        assertEquals(3, lowered.nodesOf(Cast.class).size());
    }

    @Test
    void otherTypesAreLeftAlone() {
        GraphBuilder b = new GraphBuilder("test", DType.FP16);
        b.output("y", b.linear(b.input("x", DType.FP16, 2, 4), 3, true));
        Rewrites.assertUntouched(pass, b.build());
    }
}
