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
 * The values of scheduled inputs, and what is computed from them, for each step of a run. They are computed for all steps at once, by a
 * program for their number; that of the last number is kept.
 */
final class ScheduledRows implements AutoCloseable {
    private final StepSplit split;
    private final Function<Graph, CompiledModule> programs;
    private final KeptValues<Map<String, List<NDArray>>> rows;

    private Optional<CompiledModule> program = Optional.empty();
    private long programSteps;

    /**
     * @param programs compiles the graph for a number of steps
     * @param parent its device is where the values are
     */
    ScheduledRows(StepSplit split, Function<Graph, CompiledModule> programs, NDManager parent) {
        this.split = split;
        this.programs = programs;
        this.rows = new KeptValues<>(parent);
    }

    /**
     * The rows by name, one for each step.
     *
     * @param arguments what {@link StepSplit#scheduled} takes, scheduled inputs as tables
     */
    Map<String, List<NDArray>> of(NDList arguments) {
        return rows.of(arguments, keeper -> compute(arguments, keeper));
    }

    private Map<String, List<NDArray>> compute(NDList arguments, NDManager keeper) {
        Map<String, List<NDArray>> computed = new HashMap<>();
        List<Node> inputs = split.scheduled().inputs();
        long steps = 0;
        for (int i = 0; i < inputs.size(); i++) {
            SourceOp.Input input = (SourceOp.Input) inputs.get(i).op();
            if (input.pace() == SourceOp.Pace.SCHEDULED) {
                steps = arguments.get(i).getShape().get(0);
                computed.put(input.label(), split(arguments.get(i), inputs.get(i), keeper));
            }
        }
        if (!split.scheduled().outputs().isEmpty()) {
            NDList tables = program(steps).run(arguments, keeper);
            int index = 0;
            for (Map.Entry<String, Node> output : split.scheduled().outputs().entrySet()) {
                computed.put(output.getKey(), split(tables.get(index++), output.getValue(), keeper));
            }
        }
        return computed;
    }

    private CompiledModule program(long steps) {
        if (program.isEmpty() || programSteps != steps) {
            CompiledModule compiled = programs.apply(split.tables(steps));
            program.ifPresent(CompiledModule::close);
            program = Optional.of(compiled);
            programSteps = steps;
        }
        return program.get();
    }

    private static List<NDArray> split(NDArray table, Node row, NDManager keeper) {
        List<NDArray> rows = new ArrayList<>();
        NDList parts = table.split(table.getShape().get(0));
        parts.attach(keeper);
        for (NDArray part : parts) {
            NDArray shaped = part.reshape(TensorTypes.shape(row.type()));
            shaped.attach(keeper);
            rows.add(shaped);
        }
        return rows;
    }

    /** What was computed is of the old weights, so it is computed again. */
    boolean rebind() {
        rows.forget();
        return program.map(CompiledModule::rebind).orElse(false);
    }

    @Override
    public void close() {
        rows.close();
        program.ifPresent(CompiledModule::close);
    }
}
