package org.diffusionjmh.testing;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.diffusionjmh.compiler.Parameters;
import org.diffusionjmh.compiler.TensorTypes;
import org.diffusionjmh.graph.TensorType;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;

/** Weights of a fixture's snapshot in the type that is asked for, read without the code under test. */
public final class GoldenParameters implements Parameters {
    private final List<GoldenTensors> files;
    private final NDManager manager;

    public GoldenParameters(Path safetensors, NDManager manager) {
        this(List.of(GoldenTensors.read(safetensors)), manager);
    }

    private GoldenParameters(List<GoldenTensors> files, NDManager manager) {
        this.files = files;
        this.manager = manager;
    }

    /** The weights in all files of a component's folder: one, or several shards. */
    public static GoldenParameters ofShards(Path component, NDManager manager) {
        try (Stream<Path> entries = Files.list(component)) {
            return new GoldenParameters(
                    entries.filter(file -> file.toString().endsWith(".safetensors"))
                            .map(GoldenTensors::read)
                            .toList(),
                    manager);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public NDArray get(String key, TensorType type) {
        GoldenTensors.Tensor tensor = Stream.of(key, unprefixed(key), ofOldVae(key))
                .flatMap(name -> files.stream().filter(file -> file.has(name)).map(file -> file.get(name)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no weight '" + key + "'"));
        long[] shape = type.shape().stream().mapToLong(Long::longValue).toArray();
        NDArray values = manager.create(tensor.floats(), new Shape(shape));
        return TensorMemory.as(values, ScalarType.of(TensorTypes.dataType(type.dtype())), manager);
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
