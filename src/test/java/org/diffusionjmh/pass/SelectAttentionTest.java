package org.diffusionjmh.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.diffusionjmh.graph.AttentionOp.CudnnAttention;
import org.diffusionjmh.graph.AttentionOp.KernelAttention;
import org.diffusionjmh.graph.AttentionOp.ScaledDotProductAttention;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.ShapeException;
import org.diffusionjmh.graph.TensorType;
import org.junit.jupiter.api.Test;

class SelectAttentionTest {
    /** The device is asked for each attention by its sizes, and what it does not prefer stays, and so do those with a bias. */
    @Test
    void followsTheDevice() {
        GraphBuilder b = new GraphBuilder("test", DType.FP16);
        Node q = b.input("q", DType.FP16, 1, 2, 64, 8);
        Node text = b.input("text", DType.FP16, 1, 2, 77, 8);
        Node few = b.input("few", DType.FP16, 1, 2, 4, 8);
        b.output("self", b.attention(q, q, q, false));
        b.output("cross", b.attention(q, text, text, false));
        b.output("short", b.attention(q, few, few, false));
        b.output("biased", b.attention(q, q, q, b.input("bias", DType.FP16, 1, 1, 64, 64), 1));

        Pass pass = new SelectAttention((attention, query, key) -> switch (Math.toIntExact(key.size(2))) {
            case 64 -> new CudnnAttention(attention);
            case 77 -> new KernelAttention(attention);
            default -> attention;
        });
        Graph selected = pass.apply(b.build()).graph();
        assertEquals(List.of(selected.outputs().get("self")), selected.nodesOf(CudnnAttention.class));
        assertEquals(List.of(selected.outputs().get("cross")), selected.nodesOf(KernelAttention.class));
        assertEquals(2, selected.nodesOf(ScaledDotProductAttention.class).size());
    }

    /** Neither for other types than those of 16 bits, nor for causal attention is there a kernel. */
    @Test
    void refusesWhatNoKernelComputes() {
        ScaledDotProductAttention plain = new ScaledDotProductAttention(false, 1);
        TensorType half = TensorType.of(DType.BF16, 1, 2, 64, 8);
        assertEquals(half, new KernelAttention(plain).infer(List.of(half, half, half)));
        TensorType wide = TensorType.of(DType.FP32, 1, 2, 64, 8);
        assertEquals(
                "KernelAttention: " + wide + " is neither fp16 nor bf16",
                assertThrows(ShapeException.class, () -> new KernelAttention(plain).infer(List.of(wide, wide, wide)))
                        .getMessage());
        ScaledDotProductAttention causal = new ScaledDotProductAttention(true, 1);
        assertThrows(IllegalArgumentException.class, () -> new KernelAttention(causal));
    }
}
