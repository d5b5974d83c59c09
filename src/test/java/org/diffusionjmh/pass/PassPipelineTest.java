package org.diffusionjmh.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.PointwiseOp.Silu;
import org.junit.jupiter.api.Test;

class PassPipelineTest {
    private final Graph graph = graph();

    private static Graph graph() {
        GraphBuilder b = new GraphBuilder("net", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, 4, 3, 3);
        b.output("y", b.apply(new Silu(), b.groupNorm(x, 2, 1e-5)));
        return b.build();
    }

    /** Every pass is in the report, those that matched nothing as well. */
    @Test
    void reportsWhatEachPassDid() {
        List<PassReport> reports = new PassPipeline(List.of(new FuseGeglu(), new FuseGroupNormSilu()))
                .run(graph)
                .reports();
        assertEquals(
                List.of("fuse-geglu", "fuse-group-norm-silu"),
                reports.stream().map(PassReport::pass).toList());
        assertEquals("fuse-geglu: matched nothing", reports.get(0).toString());
        assertEquals(5, reports.get(1).nodesBefore());
        assertEquals(4, reports.get(1).nodesAfter());
        assertEquals(1, reports.get(1).matches());
        assertTrue(reports.get(1).toString().startsWith("fuse-group-norm-silu: 1 matches, 5 -> 4 nodes, "));
    }

    /** A pass that changes what the graph gives or takes is named, with both. */
    @Test
    void namesThePassThatBreaksTheGraph() {
        Node y = graph.outputs().get("y");
        assertBreaks(
                before -> new Graph("net", before.inputs(), Map.of("z", y)),
                "after pass 'broken': net: outputs {z=FP32[2, 4, 3, 3]}, want {y=FP32[2, 4, 3, 3]}");
        assertBreaks(
                before -> new Graph("net", List.of(), before.outputs()),
                "after pass 'broken': net: Input FP32[2, 4, 3, 3] is not among the declared inputs");
    }

    private void assertBreaks(UnaryOperator<Graph> rewrite, String message) {
        Pass broken = new Pass() {
            @Override
            public String id() {
                return "broken";
            }

            @Override
            public Rewrite apply(Graph before) {
                return new Rewrite(rewrite.apply(before), 1);
            }
        };
        PassPipeline pipeline = new PassPipeline(List.of(broken));
        assertEquals(
                message,
                assertThrows(IllegalStateException.class, () -> pipeline.run(graph))
                        .getMessage());
    }
}
