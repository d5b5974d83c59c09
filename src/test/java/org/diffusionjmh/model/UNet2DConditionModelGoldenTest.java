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
import org.diffusionjmh.compiler.Compiler;
import org.diffusionjmh.compiler.Compilers;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.testing.Fixtures;
import org.diffusionjmh.testing.GoldenParameters;
import org.diffusionjmh.testing.GoldenTensors;
import org.diffusionjmh.testing.Probes;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The U-Net on recorded inputs gives recorded outputs, inside and at the end, with every compiler. */
class UNet2DConditionModelGoldenTest {
    private static final double TOLERANCE = 1e-4;

    @TestFactory
    Stream<DynamicTest> everyRecordedCall() {
        return Fixtures.ofKind("sdxl-t2i", "sd15-t2i").stream().flatMap(UNet2DConditionModelGoldenTest::cases);
    }

    private static Stream<DynamicTest> cases(Path fixture) {
        GoldenTensors golden = GoldenTensors.read(fixture.resolve("golden.safetensors"));
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonElement element : Fixtures.json(fixture.resolve("golden.json")).getAsJsonArray("cases")) {
            JsonObject recorded = element.getAsJsonObject();
            String id = recorded.get("id").getAsString();
            if (golden.has(id + "/unet_in") && golden.has(id + "/encoder_hidden_states")) {
                Path unet =
                        fixture.resolve(recorded.get("snapshot").getAsString()).resolve("unet");
                Stream.concat(Compilers.all().stream().map(Compiler::id), Stream.of("fused{\"dynamic\": true}"))
                        .forEach(compiler -> tests.add(DynamicTest.dynamicTest(
                                fixture.getFileName() + "/" + id + "/" + compiler,
                                () -> check(golden, id, unet, compiler))));
            }
        }
        return tests.stream();
    }

    private static void check(GoldenTensors golden, String id, Path unet, String compiler) throws Exception {
        GoldenTensors.Tensor samples = golden.get(id + "/unet_in");
        GoldenTensors.Tensor text = golden.get(id + "/encoder_hidden_states");
        UNet2DConditionModel model =
                new UNet2DConditionModel(UNet2DConditionConfig.of(ModelConfig.read(unet.resolve("config.json"))));
        long[] shape = samples.slice(0).shape();
        Graph graph = Probes.expose(
                model.graph(shape[0], shape[2], shape[3], text.shape()[1], DType.FP32), golden, id + "/probe/");
        try (NDManager manager = NDManager.newBaseManager(Device.cpu());
                CompiledModule module = Compilers.of(compiler)
                        .compile(
                                graph,
                                new GoldenParameters(unet.resolve("diffusion_pytorch_model.safetensors"), manager),
                                manager)) {
            for (int step = 0; step < samples.shape()[0]; step++) {
                NDList results = module.run(inputs(manager, golden, id, step), manager);
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

    private static NDList inputs(NDManager manager, GoldenTensors golden, String id, int step) {
        NDList inputs = new NDList(
                array(manager, golden.get(id + "/unet_in").slice(step)),
                manager.create(
                        new float[] {(float) golden.get(id + "/timesteps").values()[step]}),
                array(manager, golden.get(id + "/encoder_hidden_states")));
        if (golden.has(id + "/time_ids")) {
            inputs.add(array(manager, golden.get(id + "/text_embeds")));
            inputs.add(array(manager, golden.get(id + "/time_ids")));
        }
        return inputs;
    }

    private static NDArray array(NDManager manager, GoldenTensors.Tensor tensor) {
        return manager.create(tensor.floats(), new Shape(tensor.shape()));
    }
}
