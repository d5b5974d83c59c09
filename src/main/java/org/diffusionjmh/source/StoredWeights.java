package org.diffusionjmh.source;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.diffusionjmh.weights.WeightSource;

/** Weights from files. */
record StoredWeights(WeightSource source) implements ModelFiles.Weights {
    @Override
    public NDArray load(String key, Shape shape, NDManager manager, DataType dtype) {
        return source.load(key, shape, manager, dtype);
    }

    @Override
    public void close() {
        source.close();
    }
}
