package org.diffusionjmh.compiler;

import ai.djl.ndarray.NDArray;
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
}
