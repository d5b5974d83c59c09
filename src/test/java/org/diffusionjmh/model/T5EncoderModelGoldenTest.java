package org.diffusionjmh.model;

import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
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
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The T5 encoder on recorded ids and masks gives recorded hidden states, with every compiler. */
class T5EncoderModelGoldenTest {
    private static final double TOLERANCE = 1e-4;

    @TestFactory
    Stream<DynamicTest> everyPrompt() {
        return Fixtures.ofKind("pixart-alpha").stream().flatMap(T5EncoderModelGoldenTest::cases);
    }

    private static Stream<DynamicTest> cases(Path fixture) {
        GoldenTensors golden = GoldenTensors.read(fixture.resolve("golden.safetensors"));
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonElement element : Fixtures.json(fixture.resolve("golden.json")).getAsJsonArray("cases")) {
            JsonObject recorded = element.getAsJsonObject();
            String id = recorded.get("id").getAsString();
            Path encoder =
                    fixture.resolve(recorded.get("snapshot").getAsString()).resolve("text_encoder");
            for (Compiler compiler : Compilers.all()) {
                for (Recorded prompt : prompts(golden, id)) {
                    tests.add(DynamicTest.dynamicTest(
                            fixture.getFileName() + "/" + prompt.expected().name() + "/" + compiler.id(),
                            () -> check(prompt, encoder, compiler)));
                }
            }
        }
        return tests.stream();
    }

    /** A recorded call of the encoder. */
    private record Recorded(GoldenTensors.Tensor ids, GoldenTensors.Tensor mask, GoldenTensors.Tensor expected) {}

    private static List<Recorded> prompts(GoldenTensors golden, String id) {
        List<Recorded> found = new ArrayList<>();
        if (golden.has(id + "/prompt_embeds")) {
            found.add(new Recorded(
                    golden.get(id + "/prompt_ids_1"),
                    golden.get(id + "/prompt_attention_mask"),
                    golden.get(id + "/prompt_embeds")));
        }
        if (golden.has(id + "/negative_prompt_embeds")) {
            found.add(new Recorded(
                    golden.get(id + "/negative_ids_1"),
                    golden.get(id + "/negative_prompt_attention_mask"),
                    golden.get(id + "/negative_prompt_embeds")));
        }
        if (golden.has(id + "/probe/text_encoder.last_hidden_state")) {
            found.add(new Recorded(
                    golden.get(id + "/prompt_ids_1"),
                    golden.get(id + "/prompt_attention_mask"),
                    golden.get(id + "/probe/text_encoder.last_hidden_state")));
        }
        return found;
    }

    private static void check(Recorded prompt, Path encoder, Compiler compiler) throws IOException {
        T5EncoderModel model = new T5EncoderModel(T5Config.of(ModelConfig.read(encoder.resolve("config.json"))));
        long[] shape = prompt.ids().shape();
        Graph graph = model.graph(shape[0], shape[1], DType.FP32);
        try (NDManager manager = NDManager.newBaseManager(Device.cpu());
                CompiledModule module = compiler.compile(graph, GoldenParameters.ofShards(encoder, manager), manager)) {
            NDList inputs = new NDList(array(manager, prompt.ids()), array(manager, prompt.mask()));
            float[] actual = module.run(inputs, manager).singletonOrThrow().toFloatArray();
            // Pictures of one prompt have copies of its row.
            int copies = prompt.expected().values().length / actual.length;
            float[] expected = new float[actual.length * copies];
            int row = actual.length / Math.toIntExact(shape[0]);
            for (int i = 0; i < expected.length / row; i++) {
                System.arraycopy(actual, i / copies * row, expected, i * row, row);
            }
            double error = prompt.expected().relativeError(expected);
            assertTrue(error <= TOLERANCE, prompt.expected().name() + " is off by " + error);
        }
    }

    private static NDArray array(NDManager manager, GoldenTensors.Tensor tensor) {
        return manager.create(tensor.longs(), new Shape(tensor.shape()));
    }
}
