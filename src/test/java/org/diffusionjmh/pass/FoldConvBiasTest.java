package org.diffusionjmh.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.diffusionjmh.graph.ContractionOp.Conv2d;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;
import org.junit.jupiter.api.Test;

class FoldConvBiasTest {
    private final Pass pass = new FoldConvBias();

    private final GraphBuilder b = new GraphBuilder("test", DType.FP32);
    private final Node x = b.input("x", DType.FP32, 2, 3, 5, 4);

    /** The projection that is added to the convolution takes over its bias. */
    @Test
    void ontoTheTimeProjection() {
        Node embedding = b.input("embedding", DType.FP32, 2, 7);
        Node shift = b.reshape(b.in("time").linear(embedding, 6, true), 2, 6, 1, 1);
        b.output("y", b.add(b.in("conv").conv2d(x, 6, 3, 1, 1), shift));
        assertFolded(1);
    }

    /** The convolution on the shortcut takes over the bias of the other one. */
    @Test
    void ontoTheShortcut() {
        b.output("y", b.add(b.in("shortcut").conv2d(x, 6, 1, 1, 0), b.in("conv").conv2d(x, 6, 3, 1, 1)));
        assertFolded(1);
    }

    private void assertFolded(int unbiased) {
        Graph folded = Rewrites.assertEqualResults(pass, b.build(), 1, 1e-5);
        assertEquals(
                unbiased,
                folded.nodesOf(Conv2d.class).stream()
                        .filter(conv -> conv.inputs().size() == 2)
                        .count());
    }

    /** What something else takes as well keeps its bias. */
    @Test
    void sharedResultsStay() {
        Node conv = b.in("conv").conv2d(x, 6, 3, 1, 1);
        b.output("y", b.add(b.in("shortcut").conv2d(x, 6, 1, 1, 0), conv));
        b.output("conv", conv);
        Rewrites.assertUntouched(pass, b.build());
    }
}
