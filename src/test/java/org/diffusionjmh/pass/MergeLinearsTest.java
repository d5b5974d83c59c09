package org.diffusionjmh.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.diffusionjmh.graph.ContractionOp.Linear;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class MergeLinearsTest {
    /** Self-attention: queries, keys and values; to the text: keys and values, since queries have another argument. */
    @RepeatedTest(3)
    void attentionProjections() {
        Random random = new Random();
        int channels = 1 + random.nextInt(20);
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, 1 + random.nextInt(9), channels);
        Node text = b.input("text", DType.FP32, 2, 1 + random.nextInt(9), 1 + random.nextInt(20));
        for (String projection : new String[] {"to_q", "to_k", "to_v"}) {
            b.output("self." + projection, b.in("attn1").in(projection).linear(x, channels, false));
            Node context = projection.equals("to_q") ? x : text;
            b.output("cross." + projection, b.in("attn2").in(projection).linear(context, channels, false));
        }

        Graph merged = Rewrites.assertEqualResults(MergeLinears.attentionProjections(), b.build(), 5, 1e-5);
        assertEquals(3, merged.nodesOf(Linear.class).size());
    }

    /** All projections of the time embedding, of whatever width, are one product with one bias. */
    @RepeatedTest(3)
    void timeProjections() {
        Random random = new Random();
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node embedding = b.input("x", DType.FP32, 1 + random.nextInt(3), 1 + random.nextInt(20));
        for (int i = 0; i < 4; i++) {
            Node shift = b.in("resnets").in(i).in("time_emb_proj").linear(embedding, 1 + random.nextInt(9), true);
            b.output("shift" + i, shift);
        }

        Graph merged = Rewrites.assertEqualResults(MergeLinears.timeProjections(), b.build(), 4, 1e-5);
        assertEquals(1, merged.nodesOf(Linear.class).size());
    }

    /** Layers of other modules, of another argument, with and without bias, or whose weight is not fixed stay apart. */
    @Test
    void othersStayApart() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, 3, 4);
        Node y = b.input("y", DType.FP32, 2, 3, 4);
        b.output("a", b.in("attn1").in("to_q").linear(x, 4, false));
        b.output("b", b.in("attn2").in("to_q").linear(x, 4, false));
        b.output("c", b.in("attn1").in("to_k").linear(y, 4, false));
        b.output("d", b.in("attn1").in("to_v").linear(x, 4, true));
        Node weight = b.scale(b.input("weight", DType.FP32, 4, 4), 2);
        b.output("e", b.in("attn1").in("to_w").apply(new Linear(), x, weight));
        Rewrites.assertUntouched(MergeLinears.attentionProjections(), b.build());
    }
}
