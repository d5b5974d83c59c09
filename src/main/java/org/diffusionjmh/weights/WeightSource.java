package org.diffusionjmh.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Set;

/** The weights of one network, by name. */
public interface WeightSource extends AutoCloseable {
    /** The names of all weights. */
    Set<String> names();

    /**
     * Type and shape of a weight.
     *
     * @throws IllegalArgumentException if there is none of this name; the message says where it was looked for
     */
    TensorInfo info(String name);

    /** Where a weight, or if there is none of this name the whole source, comes from: a file as messages name it. */
    String location(String name);

    /**
     * Loads a weight of {@link #info}'s shape. The result must not be written to: on the CPU, and with the stored type, it stands on the
     * source's own memory and ends with the source.
     *
     * @param name the weight
     * @param manager owner of the result, which is on its device
     * @param dtype type of the result; conversion happens on the device
     * @throws IllegalArgumentException if there is no weight of this name
     */
    NDArray load(String name, NDManager manager, DataType dtype);

    /**
     * Loads a weight as {@link #load(String, NDManager, DataType)} does, if it has the shape that is wanted.
     *
     * @throws IllegalArgumentException if there is no weight of this name or it has another shape
     */
    default NDArray load(String name, Shape shape, NDManager manager, DataType dtype) {
        TensorInfo found = info(name);
        if (!found.shape().equals(shape)) {
            TensorInfo wanted = new TensorInfo(found.dtype(), shape);
            throw new IllegalArgumentException(location(name) + ": tensor '" + name + "' is " + found + ", want "
                    + wanted + "; do the configuration and the weights belong together?");
        }
        return load(name, manager, dtype);
    }

    /** Frees the source and every tensor that stands on it. Modules these were given to must be closed before. */
    @Override
    void close();
}
