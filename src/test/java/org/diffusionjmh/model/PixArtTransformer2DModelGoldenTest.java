package org.diffusionjmh.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.diffusionjmh.compiler.CompiledModule;
import org.diffusionjmh.compiler.Compilers;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.testing.Fixtures;
import org.diffusionjmh.testing.GoldenParameters;
import org.diffusionjmh.testing.GoldenTensors;
import org.diffusionjmh.testing.Probes;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The PixArt transformer on recorded inputs gives recorded outputs, inside and at the end, with every compiler. */
class PixArtTransformer2DModelGoldenTest {
    private static final double TOLERANCE = 1e-4;

    @TestFactory
    Stream<DynamicTest> everyRecordedCall() {
        return Fixtures.ofKind("pixart-alpha").stream().flatMap(PixArtTransformer2DModelGoldenTest::cases);
    }

    private static Stream<DynamicTest> cases(Path fixture) {
        GoldenTensors golden = GoldenTensors.read(fixture.resolve("golden.safetensors"));
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonElement element : Fixtures.json(fixture.resolve("golden.json")).getAsJsonArray("cases")) {
            JsonObject recorded = element.getAsJsonObject();
            String id = recorded.get("id").getAsString();
            if (golden.has(id + "/unet_in") && golden.has(id + "/encoder_hidden_states")) {
                Path transformer = recorded.has("transformer")
                        ? fixture.resolve(recorded.get("transformer").getAsString())
                        : fixture.resolve(recorded.get("snapshot").getAsString())
                                .resolve("transformer");
                Compilers.all()
                        .forEach(compiler -> tests.add(DynamicTest.dynamicTest(
                                fixture.getFileName() + "/" + id + "/" + compiler.id(),
                                () -> check(golden, id, transformer, compiler.id()))));
            }
        }
        return tests.stream();
    }

    private static void check(GoldenTensors golden, String id, Path transformer, String compiler) throws Exception {
        GoldenTensors.Tensor samples = golden.get(id + "/unet_in");
        long[] shape = samples.slice(0).shape();
        long textLength = golden.get(id + "/encoder_hidden_states").shape()[1];
        PixArtTransformer2DModel model = new PixArtTransformer2DModel(
                PixArtTransformer2DConfig.of(ModelConfig.read(transformer.resolve("config.json"))));
        Graph graph = Probes.expose(
                model.graph(shape[0], shape[2], shape[3], textLength, DType.FP32), golden, id + "/probe/");
        try (NDManager manager = NDManager.newBaseManager(Device.cpu());
                CompiledModule module = Compilers.of(compiler)
                        .compile(graph, GoldenParameters.ofShards(transformer, manager), manager)) {
            NDList conditions = conditions(manager, golden, id, model.config());
            for (int step = 0; step < samples.shape()[0]; step++) {
                NDArray timestep = manager.create(
                        new float[] {(float) golden.get(id + "/timesteps").values()[step]});
                NDList inputs = new NDList(array(manager, samples.slice(step)), timestep);
                inputs.addAll(conditions);
                NDList results = module.run(inputs, manager);
                assertEquals(graph.outputs().size(), results.size());
                List<String> labels = List.copyOf(graph.outputs().keySet());
                for (int i = 0; i < labels.size(); i++) {
                    boolean probe = !labels.get(i).equals("sample");
                    if (probe && step > 0) {
                        continue; // probes are recorded on the first call
                    }
                    GoldenTensors.Tensor expected = probe
                            ? golden.get(labels.get(i))
                            : golden.get(id + "/unet_out").slice(step);
                    double error = expected.relativeError(results.get(i).toFloatArray());
                    assertTrue(error <= TOLERANCE, expected.name() + " at step " + step + " is off by " + error);
                }
            }
        }
    }

    /** What stays the same over the steps. */
    private static NDList conditions(
            NDManager manager, GoldenTensors golden, String id, PixArtTransformer2DConfig config) {
        GoldenTensors.Tensor mask = golden.get(id + "/encoder_attention_mask");
        NDList inputs = new NDList(
                array(manager, golden.get(id + "/encoder_hidden_states")),
                manager.create(mask.longs(), new Shape(mask.shape())));
        if (config.useAdditionalConditions()) {
            // recorded for each row of the batch, and the same for all
            inputs.add(array(manager, golden.get(id + "/resolution")).get("0:1"));
            inputs.add(array(manager, golden.get(id + "/aspect_ratio")).get("0:1"));
        }
        return inputs;
    }

    private static NDArray array(NDManager manager, GoldenTensors.Tensor tensor) {
        return manager.create(tensor.floats(), new Shape(tensor.shape()));
    }
}
