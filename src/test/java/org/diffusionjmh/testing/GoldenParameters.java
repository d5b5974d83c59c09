package org.diffusionjmh.testing;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.stream.Stream;
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
        GoldenTensors.Tensor tensor = file.get(Stream.of(key, unprefixed(key), ofOldVae(key))
                .filter(file::has)
                .findFirst()
                .orElse(key));
        long[] shape = type.shape().stream().mapToLong(Long::longValue).toArray();
        return manager.create(tensor.floats(), new Shape(shape));
    }

    /** transformers 5 saves a text encoder's keys like this. */
    private static String unprefixed(String key) {
        return key.replaceFirst("^text_model\\.", "");
    }

    /** How autoencoders of Stable Diffusion 1.x name their attention. */
    private static String ofOldVae(String key) {
        return key.replace(".to_q.", ".query.")
                .replace(".to_k.", ".key.")
                .replace(".to_v.", ".value.")
                .replace(".to_out.0.", ".proj_attn.");
    }
}
