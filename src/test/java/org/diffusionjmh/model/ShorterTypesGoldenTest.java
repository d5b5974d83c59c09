package org.diffusionjmh.model;

import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Path;
import org.diffusionjmh.compiler.CompiledModule;
import org.diffusionjmh.compiler.Compilers;
import org.diffusionjmh.compiler.TensorTypes;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;
import org.diffusionjmh.testing.Fixtures;
import org.diffusionjmh.testing.GoldenParameters;
import org.diffusionjmh.testing.GoldenTensors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PixArt's networks in half precision give about what was recorded in float32: masks, sizes and large sums survive the rounding. */
class ShorterTypesGoldenTest {
    private final Path snapshot = Fixtures.ofKind("pixart-alpha").get(0).resolve("snapshot");
    private final GoldenTensors golden = GoldenTensors.read(snapshot.resolveSibling("golden.safetensors"));

    @ParameterizedTest
    @CsvSource({"none, FP16, 0.01", "none, BF16, 0.1", "fused, BF16, 0.1"})
    void textEncoder(String compiler, DType dtype, double tolerance) throws IOException {
        Path folder = snapshot.resolve("text_encoder");
        GoldenTensors.Tensor ids = golden.get("base/prompt_ids_1");
        T5EncoderModel model = new T5EncoderModel(T5Config.of(ModelConfig.read(folder.resolve("config.json"))));
        Graph graph = model.graph(ids.shape()[0], ids.shape()[1], dtype);
        try (NDManager manager = NDManager.newBaseManager(Device.cpu())) {
            NDList inputs =
                    new NDList(integers(manager, ids), integers(manager, golden.get("base/prompt_attention_mask")));
            check(graph, compiler, folder, inputs, golden.get("base/prompt_embeds"), tolerance, manager);
        }
    }

    @ParameterizedTest
    @CsvSource({"none, FP16, 0.01", "none, BF16, 0.1", "fused, BF16, 0.1"})
    void transformer(String compiler, DType dtype, double tolerance) throws IOException {
        Path folder = snapshot.resolve("transformer");
        GoldenTensors.Tensor sample = golden.get("base/unet_in").slice(0);
        GoldenTensors.Tensor text = golden.get("base/encoder_hidden_states");
        long[] shape = sample.shape();
        PixArtTransformer2DModel model = new PixArtTransformer2DModel(
                PixArtTransformer2DConfig.of(ModelConfig.read(folder.resolve("config.json"))));
        Graph graph = model.graph(shape[0], shape[2], shape[3], text.shape()[1], dtype);
        try (NDManager manager = NDManager.newBaseManager(Device.cpu())) {
            NDList inputs = new NDList(
                    floats(manager, sample, dtype),
                    manager.create(
                            new float[] {(float) golden.get("base/timesteps").values()[0]}),
                    floats(manager, text, dtype),
                    integers(manager, golden.get("base/encoder_attention_mask")));
            if (model.config().useAdditionalConditions()) {
                inputs.add(floats(manager, golden.get("base/resolution"), dtype).get("0:1"));
                inputs.add(
                        floats(manager, golden.get("base/aspect_ratio"), dtype).get("0:1"));
            }
            check(graph, compiler, folder, inputs, golden.get("base/unet_out").slice(0), tolerance, manager);
        }
    }

    private static void check(
            Graph graph,
            String compiler,
            Path folder,
            NDList inputs,
            GoldenTensors.Tensor expected,
            double tolerance,
            NDManager manager) {
        try (CompiledModule module =
                Compilers.of(compiler).compile(graph, GoldenParameters.ofShards(folder, manager), manager)) {
            NDArray result = module.run(inputs, manager).singletonOrThrow();
            double error = expected.relativeError(
                    TensorMemory.as(result, ScalarType.FLOAT32, manager).toFloatArray());
            assertTrue(error <= tolerance, expected.name() + " is off by " + error);
        }
    }

    private static NDArray integers(NDManager manager, GoldenTensors.Tensor tensor) {
        return manager.create(tensor.longs(), new Shape(tensor.shape()));
    }

    private static NDArray floats(NDManager manager, GoldenTensors.Tensor tensor, DType dtype) {
        NDArray values = manager.create(tensor.floats(), new Shape(tensor.shape()));
        return TensorMemory.as(values, ScalarType.of(TensorTypes.dataType(dtype)), manager);
    }
}
