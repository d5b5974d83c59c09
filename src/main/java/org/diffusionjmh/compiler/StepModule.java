package org.diffusionjmh.compiler;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.SourceOp;
import org.diffusionjmh.pass.StepSplit;

/**
 * Runs a graph that was split: the parts of a run when their inputs are other tensors than in the last call, the per-step part always.
 * That tensors are the same is decided by identity, so whoever changes a per-run or scheduled tensor in place must pass it as a new one.
 */
final class StepModule implements CompiledModule {
    private final StepSplit split;
    private final List<String> inputs;
    private final Optional<CompiledModule> perRun;
    private final ScheduledRows rows;
    private final CompiledModule perStep;
    private final KeptValues<NDList> kept;

    /**
     * @param graph the graph as a whole: its inputs are this module's
     * @param split its parts
     * @param early compiles what runs once per run
     * @param perStep the compiled part of a step
     * @param parent owner of what is kept over the steps
     */
    StepModule(
            Graph graph,
            StepSplit split,
            Function<Graph, CompiledModule> early,
            CompiledModule perStep,
            NDManager parent) {
        this.split = split;
        this.inputs = labels(graph);
        this.perRun = split.perRun().outputs().isEmpty() ? Optional.empty() : Optional.of(early.apply(split.perRun()));
        this.rows = new ScheduledRows(split, early, parent);
        this.perStep = perStep;
        this.kept = new KeptValues<>(parent);
    }

    private static List<String> labels(Graph graph) {
        return graph.inputs().stream().map(StepModule::label).toList();
    }

    private static String label(Node input) {
        return ((SourceOp.Input) input.op()).label();
    }

    @Override
    public NDList run(NDList arguments, NDManager manager) {
        return run(0, arguments, manager);
    }

    @Override
    public NDList run(int step, NDList arguments, NDManager manager) {
        Map<String, NDArray> values = new HashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            values.put(inputs.get(i), arguments.get(i));
        }
        addPerRun(values);
        rows.of(pick(split.scheduled(), values)).forEach((label, row) -> values.put(label, row.get(step)));
        return perStep.run(pick(split.perStep(), values), manager);
    }

    private void addPerRun(Map<String, NDArray> values) {
        perRun.ifPresent(module -> {
            NDList given = pick(split.perRun(), values);
            NDList results = kept.of(given, keeper -> module.run(given, keeper));
            List<String> names = new ArrayList<>(split.perRun().outputs().keySet());
            for (int i = 0; i < names.size(); i++) {
                values.put(names.get(i), results.get(i));
            }
        });
    }

    private static NDList pick(Graph part, Map<String, NDArray> values) {
        NDList picked = new NDList();
        part.inputs().forEach(input -> picked.add(values.get(label(input))));
        return picked;
    }

    /** What was computed once per run is of the old weights, so it is computed again. */
    @Override
    public boolean rebind() {
        kept.forget();
        boolean changed = perRun.map(CompiledModule::rebind).orElse(false);
        changed |= rows.rebind();
        return perStep.rebind() || changed;
    }

    @Override
    public void close() {
        rows.close();
        kept.close();
        perRun.ifPresent(CompiledModule::close);
        perStep.close();
    }
}
