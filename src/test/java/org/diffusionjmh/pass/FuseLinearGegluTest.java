package org.diffusionjmh.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import org.diffusionjmh.graph.ContractionOp.Linear;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.FusedOp.Geglu;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.KernelOp.LinearGegluKernel;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.TensorType;
import org.diffusionjmh.kernel.FusedOperators;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class FuseLinearGegluTest {
    private static final LinearGegluChoice ALWAYS = (x, weight) -> OptionalInt.of(80);

    @BeforeAll
    static void register() {
        FusedOperators.get();
    }

    @RepeatedTest(3)
    void fuses() {
        Random random = new Random();
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, 1 + random.nextInt(9), 1 + random.nextInt(9));
        Node product = b.in("proj").linear(x, 2L * (1 + random.nextInt(9)), true);
        b.output("y", b.apply(new Geglu(), product));

        Graph fused = Rewrites.assertEqualResults(new FuseLinearGeglu(ALWAYS), b.build(), 1, 1e-5);
        assertEquals(
                80,
                ((LinearGegluKernel)
                                fused.nodesOf(LinearGegluKernel.class).get(0).op())
                        .tile());
        assertEquals(0, fused.nodesOf(Linear.class).size());
    }

    /** The device is asked for each by its sizes, and what it does not prefer stays. */
    @Test
    void followsTheDevice() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, 3, 4);
        b.output("narrow", b.apply(new Geglu(), b.in("narrow").linear(x, 8, true)));
        b.output("wide", b.apply(new Geglu(), b.in("wide").linear(x, 16, true)));

        Set<TensorType> asked = new HashSet<>();
        Pass pass = new FuseLinearGeglu((argument, weight) -> {
            assertEquals(x.type(), argument);
            asked.add(weight);
            return weight.size(0) == 16 ? OptionalInt.of(128) : OptionalInt.empty();
        });
        Graph fused = Rewrites.assertEqualResults(pass, b.build(), 1, 1e-5);
        assertEquals(Set.of(TensorType.of(DType.FP32, 8, 4), TensorType.of(DType.FP32, 16, 4)), asked);
        assertEquals(1, fused.nodesOf(Geglu.class).size());
        assertEquals(1, fused.nodesOf(LinearGegluKernel.class).size());
    }

    /** Not without a bias, nor where something else takes the product, nor without a product. */
    @Test
    void othersStay() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, 3, 4);
        b.output("plain", b.apply(new Geglu(), b.in("plain").linear(x, 8, false)));
        Node shared = b.in("shared").linear(x, 8, true);
        b.output("product", shared);
        b.output("gated", b.apply(new Geglu(), shared));
        b.output("input", b.apply(new Geglu(), x));
        Rewrites.assertUntouched(new FuseLinearGeglu(ALWAYS), b.build());
    }
}
