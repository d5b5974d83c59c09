package org.diffusionjmh.graph;

import java.util.List;

/** Values that come from outside the graph's computation. They take no arguments. */
public sealed interface SourceOp extends Op {
    TensorType type();

    @Override
    default TensorType infer(List<TensorType> arguments) {
        Checks.count(this, arguments, 0);
        return type();
    }

    /**
     * An argument of the compiled module.
     *
     * @param label its name
     * @param type its type
     * @param pace how often it changes
     */
    record Input(String label, TensorType type, Pace pace) implements SourceOp {
        /** An input that changes from call to call. */
        public Input(String label, TensorType type) {
            this(label, type, Pace.CALL);
        }

        /** Whether it stays the same over many calls. */
        public boolean perRun() {
            return pace == Pace.RUN;
        }
    }

    /** How often an input changes. */
    enum Pace {
        /** From call to call. */
        CALL,
        /**
         * From step to step, but all values of a run are known when it begins. A module is given a table of them, {@code [steps, ...]},
         * the same tensor in each step: it may compute what depends on them for all steps at once.
         */
        SCHEDULED,
        /**
         * From run to run, as the text does: a module may keep what it computed from it for as long as it is given the same tensor.
         */
        RUN
    }

    /** A parameter of the network, named as in the snapshot, for example {@code conv_in.weight}. */
    record Weight(String key, TensorType type) implements SourceOp {}

    /**
     * A small table computed when the graph is built, for example the frequencies of a timestep embedding. It is kept outside the
     * program, as weights are.
     *
     * @param type the type, always {@link DType#FP32}
     * @param values the elements, row-major
     */
    record Constant(TensorType type, List<Float> values) implements SourceOp {
        public Constant {
            values = List.copyOf(values);
            if (type.dtype() != DType.FP32 || type.elements() != values.size()) {
                throw new ShapeException("a constant of type " + type + " cannot hold " + values.size() + " floats");
            }
        }
    }
}
