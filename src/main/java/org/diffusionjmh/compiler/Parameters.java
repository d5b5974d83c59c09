package org.diffusionjmh.compiler;

import ai.djl.ndarray.NDArray;
import java.util.Optional;
import java.util.Set;
import org.diffusionjmh.graph.TensorType;

/** The weights of a network, resident on the device of its modules and shared by all of them. */
@FunctionalInterface
public interface Parameters {
    /**
     * The tensor of a weight.
     *
     * @param key the weight's name, for example {@code conv_in.weight}
     * @param type the type the graph uses it as
     * @return the tensor; its owner is the implementation, not the caller
     * @throws IllegalArgumentException if there is no such weight or its shape is another; the message names the file
     */
    NDArray get(String key, TensorType type);

    /** Those of a graph that has no weights. */
    static Parameters none() {
        return (key, type) -> {
            throw new IllegalStateException("a graph without weights asks for " + key + " " + type);
        };
    }

    /**
     * A value that an earlier module computed from weights and that was kept.
     *
     * @param expression what the value is, over names of weights
     */
    default Optional<NDArray> derived(String expression) {
        return Optional.empty();
    }

    /**
     * Offers a value computed from weights for later modules. Parameters that serve one module only leave it to its owner; those that
     * serve several attach it to themselves.
     *
     * @param weights the names of the weights it was computed from
     * @return the tensor to use: the value, or an earlier one of the same expression that was overwritten by it
     */
    default NDArray keep(String expression, Set<String> weights, NDArray value) {
        return value;
    }

    /** Says that a weight is not taken by a module, only values computed from it: its memory may be freed until it is asked for again. */
    default void release(String key) {}
}
