package org.diffusionjmh.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.diffusionjmh.graph.AttentionOp.CudnnAttention;
import org.diffusionjmh.graph.AttentionOp.ScaledDotProductAttention;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;
import org.junit.jupiter.api.Test;

class SelectAttentionTest {
    /** The device is asked for each attention by its sizes, and what it does not prefer stays, and so do those with a bias. */
    @Test
    void followsTheDevice() {
        GraphBuilder b = new GraphBuilder("test", DType.FP16);
        Node q = b.input("q", DType.FP16, 1, 2, 64, 8);
        Node text = b.input("text", DType.FP16, 1, 2, 77, 8);
        b.output("self", b.attention(q, q, q, false));
        b.output("cross", b.attention(q, text, text, false));
        b.output("biased", b.attention(q, q, q, b.input("bias", DType.FP16, 1, 1, 64, 64), 1));

        Pass pass = new SelectAttention((attention, query, key) -> query.size(2) == key.size(2));
        Graph selected = pass.apply(b.build()).graph();
        assertEquals(1, selected.nodesOf(CudnnAttention.class).size());
        assertEquals(
                selected.outputs().get("self"),
                selected.nodesOf(CudnnAttention.class).get(0));
        assertEquals(2, selected.nodesOf(ScaledDotProductAttention.class).size());
    }
}
