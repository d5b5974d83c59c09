package org.diffusionjmh.compiler;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.SourceOp;

/** The tensors that a module's program is bound to: weights, which belong to its parameters, and constants, which belong to it. */
final class ModuleTensors implements AutoCloseable {
    private final List<Node> bindings;
    private final Parameters parameters;
    private final NDManager constants;

    private List<NDArray> tensors = List.of();

    /**
     * @param bindings weights and constants in the program's order
     * @param constants owner of the constants; closed with this
     */
    ModuleTensors(List<Node> bindings, Parameters parameters, NDManager constants) {
        this.bindings = bindings;
        this.parameters = parameters;
        this.constants = constants;
    }

    /** The tensors in the program's order; none before the first {@link #update}. */
    List<NDArray> inOrder() {
        return tensors;
    }

    /**
     * Asks the parameters for all weights.
     *
     * @return whether some tensor is another one than before
     */
    boolean update() {
        boolean first = tensors.isEmpty();
        boolean changed = false;
        List<NDArray> updated = new ArrayList<>();
        for (int i = 0; i < bindings.size(); i++) {
            NDArray before = first ? null : tensors.get(i);
            NDArray now = tensor(bindings.get(i), before);
            changed |= !isSame(now, before);
            updated.add(now);
        }
        tensors = updated;
        return changed;
    }

    private NDArray tensor(Node node, NDArray before) {
        if (node.op() instanceof SourceOp.Weight weight) {
            return parameters.get(weight.key(), weight.type());
        }
        return before == null ? create((SourceOp.Constant) node.op()) : before;
    }

    private NDArray create(SourceOp.Constant constant) {
        float[] values = new float[constant.values().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = constant.values().get(i);
        }
        return constants.create(values, TensorTypes.shape(constant.type()));
    }

    @SuppressWarnings("ReferenceEquality") // equals of tensors compares their elements
    private static boolean isSame(NDArray a, NDArray b) {
        return a == b;
    }

    @Override
    public void close() {
        constants.close();
    }
}
