package org.diffusionjmh.pass;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.TensorType;

/** Passes in their order. A graph verifies itself when it is made, so what each pass gives is legal or is refused here. */
public final class PassPipeline {
    private static final double NANOS_PER_MILLI = 1e6;

    private final List<Pass> passes;

    public PassPipeline(List<Pass> passes) {
        this.passes = List.copyOf(passes);
    }

    /**
     * A graph after all passes.
     *
     * @param graph the rewritten graph
     * @param reports one for each pass, in order
     */
    public record Result(Graph graph, List<PassReport> reports) {
        public Result {
            reports = List.copyOf(reports);
        }
    }

    /**
     * @throws IllegalStateException if a pass makes an illegal graph, or one that takes or gives something else; names the pass
     */
    public Result run(Graph graph) {
        List<PassReport> reports = new ArrayList<>();
        Graph current = graph;
        for (Pass pass : passes) {
            Graph before = current;
            long start = System.nanoTime();
            Rewrite rewrite = apply(pass, before);
            double milliseconds = (System.nanoTime() - start) / NANOS_PER_MILLI;
            current = rewrite.graph();
            reports.add(new PassReport(
                    pass.id(),
                    rewrite.matches(),
                    before.nodes().size(),
                    current.nodes().size(),
                    milliseconds));
        }
        return new Result(current, reports);
    }

    private static Rewrite apply(Pass pass, Graph graph) {
        try {
            Rewrite rewrite = pass.apply(graph);
            requireSameInterface(graph, rewrite.graph());
            return rewrite;
        } catch (IllegalStateException | IllegalArgumentException e) {
            throw new IllegalStateException("after pass '" + pass.id() + "': " + e.getMessage(), e);
        }
    }

    private static void requireSameInterface(Graph before, Graph after) {
        if (!after.inputs().equals(before.inputs())) {
            throw new IllegalStateException(after.name() + ": the inputs are no longer " + before.inputs());
        }
        if (!outputTypes(after).equals(outputTypes(before))) {
            throw new IllegalStateException(
                    after.name() + ": outputs " + outputTypes(after) + ", want " + outputTypes(before));
        }
    }

    private static Map<String, TensorType> outputTypes(Graph graph) {
        Map<String, TensorType> types = new LinkedHashMap<>();
        graph.outputs().forEach((label, node) -> types.put(label, node.type()));
        return types;
    }
}
