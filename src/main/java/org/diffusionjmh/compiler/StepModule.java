package org.diffusionjmh.compiler;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.List;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.pass.StepSplit;

/**
 * Runs a graph that was split: the per-run part when its inputs are other tensors than in the last call, the per-step part always. That
 * tensors are the same is decided by identity, so whoever changes a per-run tensor in place must pass it as a new one.
 */
final class StepModule implements CompiledModule {
    private final CompiledModule perRun;
    private final CompiledModule perStep;
    private final NDManager parent;
    private final List<Integer> runInputs;
    private final List<Integer> stepInputs;

    private NDList lastRunInputs = new NDList();
    private NDManager keeper;
    private NDList kept = new NDList();

    /**
     * @param graph the graph as a whole: its inputs are this module's
     * @param split its parts
     * @param parent owner of what is kept over the steps
     */
    StepModule(Graph graph, StepSplit split, CompiledModule perRun, CompiledModule perStep, NDManager parent) {
        this.perRun = perRun;
        this.perStep = perStep;
        this.parent = parent;
        this.runInputs = positions(graph, split.perRun().inputs());
        this.stepInputs = positions(graph, split.perStep().inputs());
        this.keeper = parent.newSubManager();
    }

    /** Where in the graph's inputs those of a part stand; inputs that the graph does not have are left out. */
    private static List<Integer> positions(Graph graph, List<Node> inputs) {
        return inputs.stream()
                .map(graph.inputs()::indexOf)
                .filter(position -> position >= 0)
                .toList();
    }

    @Override
    public NDList run(NDList inputs, NDManager manager) {
        NDList given = pick(inputs, runInputs);
        if (!same(given, lastRunInputs)) {
            computePerRun(given);
        }
        NDList arguments = pick(inputs, stepInputs);
        arguments.addAll(kept);
        return perStep.run(arguments, manager);
    }

    private void computePerRun(NDList given) {
        keeper.close();
        lastRunInputs = new NDList(); // not valid until the computation has succeeded
        keeper = parent.newSubManager();
        kept = perRun.run(given, keeper);
        lastRunInputs = given;
    }

    /** What was computed once per run is of the old weights, so it is computed again. */
    @Override
    public boolean rebind() {
        lastRunInputs = new NDList();
        boolean runChanged = perRun.rebind();
        return perStep.rebind() || runChanged;
    }

    private static NDList pick(NDList inputs, List<Integer> positions) {
        NDList picked = new NDList();
        positions.forEach(position -> picked.add(inputs.get(position)));
        return picked;
    }

    @SuppressWarnings("ReferenceEquality") // equals of tensors compares their elements
    private static boolean same(NDList a, NDList b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            NDArray left = a.get(i);
            NDArray right = b.get(i);
            if (left != right) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        keeper.close();
        perRun.close();
        perStep.close();
    }
}
