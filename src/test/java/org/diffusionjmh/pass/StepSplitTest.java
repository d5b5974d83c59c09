package org.diffusionjmh.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.diffusionjmh.graph.ContractionOp.Linear;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.MovementOp.Slice;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.SourceOp;
import org.junit.jupiter.api.Test;

class StepSplitTest {
    /** What depends on the text alone is computed per run; its views, and what meets the sample, in each step. */
    @Test
    void splitsWhatDependsOnPerRunInputsOnly() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, 4);
        Node text = b.inputPerRun("text", DType.FP32, 2, 4);
        Node both = b.in("text").linear(text, 8, false);
        Node sum = b.add(b.in("x").linear(x, 4, false), b.slice(both, 1, 0, 4));
        b.output("y", b.multiply(sum, b.slice(both, 1, 4, 8)));

        StepSplit split = StepSplit.of(b.build()).orElseThrow();
        assertEquals(List.of("text"), labels(split.perRun()));
        assertEquals(List.of("per_run.0"), List.copyOf(split.perRun().outputs().keySet()));
        assertEquals(List.of("x", "per_run.0"), labels(split.perStep()));
        assertEquals(1, split.perStep().nodesOf(Linear.class).size());
        assertEquals(2, split.perStep().nodesOf(Slice.class).size());
    }

    /** A per-run input that a step takes as it is stays its argument, before the computed ones. */
    @Test
    void perRunInputsMayBeTakenByTheStep() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node text = b.inputPerRun("text", DType.FP32, 4);
        Node x = b.input("x", DType.FP32, 4);
        b.output("y", b.add(b.add(x, text), b.scale(text, 2)));
        StepSplit split = StepSplit.of(b.build()).orElseThrow();
        assertEquals(List.of("text", "x", "per_run.0"), labels(split.perStep()));
    }

    /** Work on weights and constants is not a run's, and views alone are not worth a split. */
    @Test
    void nothingToKeep() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node text = b.inputPerRun("text", DType.FP32, 4);
        Node x = b.input("x", DType.FP32, 2);
        b.output("y", b.add(b.add(x, b.slice(text, 0, 0, 2)), b.scale(b.weight("w", 2), 2)));
        assertEquals(Optional.empty(), StepSplit.of(b.build()));
    }

    private static List<String> labels(Graph graph) {
        return graph.inputs().stream()
                .map(input -> ((SourceOp.Input) input.op()).label())
                .toList();
    }
}
