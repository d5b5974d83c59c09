package org.diffusionjmh.source;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.diffusionjmh.weights.SyntheticWeights;

/** The weights of everything built in. */
final class MadeUpWeights implements AutoCloseable {
    private static final long SEED = 0;

    private final SyntheticWeights weights;

    /**
     * @param manager the weights are made on its device
     */
    MadeUpWeights(NDManager manager) {
        this.weights = new SyntheticWeights(SEED, manager);
    }

    /** The weights of one network. */
    ModelFiles.Weights of(String component) {
        return new ModelFiles.Weights() {
            @Override
            public NDArray load(String key, Shape shape, NDManager manager, DataType dtype) {
                return weights.make(component, key, shape, dtype, manager);
            }

            @Override
            public void close() {
                // The numbers belong to whoever they were made for, and their source to the model.
            }
        };
    }

    @Override
    public void close() {
        weights.close();
    }
}
