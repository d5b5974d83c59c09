package org.diffusionjmh.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import java.util.Set;
import org.diffusionjmh.graph.ContractionOp.Linear;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.MovementOp.Concat;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.SourceOp;
import org.junit.jupiter.api.Test;

class WeightFoldingTest {
    /** The largest expression over weights is one weight, named by what it is; a weight that is used as it is stays. */
    @Test
    void takesWholeExpressionsOut() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, 4);
        Node stacked = b.concat(0, b.in("a").weight("weight", 3, 4), b.in("b").weight("weight", 3, 4));
        b.output("y", b.apply(new Linear(), x, b.scale(stacked, 2)));
        b.output("z", b.in("a").linear(x, 3, false));

        WeightFolding folding = WeightFolding.of(b.build());
        String key = "Scale[factor=2.0](Concat[dimension=0](a.weight FP32[3, 4], b.weight FP32[3, 4]))";
        assertEquals(Set.of(key), folding.folded().keySet());
        assertEquals(List.of(), folding.main().nodesOf(Concat.class));
        List<String> keys = folding.main().nodesOf(SourceOp.Weight.class).stream()
                .map(node -> ((SourceOp.Weight) node.op()).key())
                .toList();
        assertEquals(List.of(key, "a.weight"), keys);
    }

    @Test
    void inputsAreNotFolded() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, 4);
        b.output("y", b.scale(b.linear(x, 3, true), 2));
        Graph graph = b.build();
        assertSame(graph, WeightFolding.of(graph).main());
    }
}
