package org.diffusionjmh.testing;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import org.diffusionjmh.compiler.Parameters;
import org.diffusionjmh.graph.TensorType;

/** Weights of a fixture's snapshot in float32, read without the code under test. */
public final class GoldenParameters implements Parameters {
    private final GoldenTensors file;
    private final NDManager manager;

    public GoldenParameters(Path safetensors, NDManager manager) {
        this.file = GoldenTensors.read(safetensors);
        this.manager = manager;
    }

    @Override
    public NDArray get(String key, TensorType type) {
        GoldenTensors.Tensor tensor = file.get(key);
        long[] shape = type.shape().stream().mapToLong(Long::longValue).toArray();
        return manager.create(tensor.floats(), new Shape(shape));
    }
}
