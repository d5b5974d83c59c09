package org.diffusionjmh.pass;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.diffusionjmh.graph.Graph;

/**
 * All that becomes of a graph before it is lowered: the passes, the work on weights taken out, and what is left split into a part for a
 * run and one for each step.
 *
 * @param folding the graph after the passes, without the work on weights
 * @param split its parts; empty if nothing is worth keeping over the steps
 * @param reports one for each pass, in order, then those of folding and splitting
 */
public record Rewriting(WeightFolding folding, Optional<StepSplit> split, List<PassReport> reports) {
    private static final double NANOS_PER_MILLI = 1e6;

    public Rewriting {
        reports = List.copyOf(reports);
    }

    /** Rewrites a graph. */
    public static Rewriting of(Graph graph, PassPipeline passes) {
        PassPipeline.Result optimized = passes.run(graph);
        Timed<WeightFolding> folding = Timed.of(() -> WeightFolding.of(optimized.graph()));
        Graph main = folding.result().main();
        Timed<Optional<StepSplit>> split = Timed.of(() -> StepSplit.of(main));
        List<PassReport> reports = new ArrayList<>(optimized.reports());
        reports.add(new PassReport(
                "fold-weights",
                folding.result().folded().size(),
                optimized.graph().nodes().size(),
                main.nodes().size(),
                folding.milliseconds()));
        int perStep =
                split.result().map(StepSplit::perStep).orElse(main).nodes().size();
        int scheduled = split.result()
                .map(StepSplit::scheduled)
                .map(part -> part.nodes().size())
                .orElse(0);
        reports.add(new PassReport(
                "split-steps",
                split.result().map(parts -> parts.perRun().outputs().size()).orElse(0),
                main.nodes().size(),
                scheduled + perStep,
                split.milliseconds()));
        reports.add(new PassReport(
                "tabulate-schedule",
                split.result().map(parts -> parts.scheduled().outputs().size()).orElse(0),
                scheduled + perStep,
                perStep,
                0));
        return new Rewriting(folding.result(), split.result(), reports);
    }

    /**
     * The graphs that are lowered: those of the split that compute something, or the one that was not split. What is scheduled is not among
     * them, since it is lowered for the number of a run's steps.
     */
    public List<Graph> parts() {
        return split.map(parts -> Stream.of(parts.perRun(), parts.perStep())
                        .filter(part -> !part.outputs().isEmpty())
                        .toList())
                .orElseGet(() -> List.of(folding.main()));
    }

    private record Timed<T>(T result, double milliseconds) {
        static <T> Timed<T> of(Supplier<T> work) {
            long start = System.nanoTime();
            T result = work.get();
            return new Timed<>(result, (System.nanoTime() - start) / NANOS_PER_MILLI);
        }
    }
}
