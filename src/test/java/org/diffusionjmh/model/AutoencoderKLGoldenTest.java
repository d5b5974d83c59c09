package org.diffusionjmh.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.diffusionjmh.compiler.Compiler;
import org.diffusionjmh.compiler.Compilers;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.testing.Fixtures;
import org.diffusionjmh.testing.GoldenTensors;
import org.diffusionjmh.testing.GraphRunner;
import org.diffusionjmh.testing.Probes;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Decoder and encoder on recorded inputs give recorded outputs, inside and at the end, with every compiler. */
class AutoencoderKLGoldenTest {
    private static final double TOLERANCE = 1e-4;

    /** One recorded run of a pipeline, seen from its autoencoder. */
    private record Recorded(String name, String id, GoldenTensors golden, Path vae) {
        static List<Recorded> with(String input, String output) {
            List<Recorded> found = new ArrayList<>();
            for (Path fixture : Fixtures.ofKind(
                    "sdxl-t2i", "sd15-t2i", "sdxl-img2img", "instruct-pix2pix", "sdxl-instruct-pix2pix")) {
                GoldenTensors golden = GoldenTensors.read(fixture.resolve("golden.safetensors"));
                for (JsonElement element :
                        Fixtures.json(fixture.resolve("golden.json")).getAsJsonArray("cases")) {
                    JsonObject recorded = element.getAsJsonObject();
                    String id = recorded.get("id").getAsString();
                    if (golden.has(id + "/" + input) && golden.has(id + "/" + output)) {
                        Path snapshot = fixture.resolve(recorded.get("snapshot").getAsString());
                        found.add(new Recorded(fixture.getFileName() + "/" + id, id, golden, snapshot.resolve("vae")));
                    }
                }
            }
            assertFalse(found.isEmpty(), "no fixture records " + input + " and " + output);
            return found;
        }

        GoldenTensors.Tensor get(String tensor) {
            return golden.get(id + "/" + tensor);
        }

        AutoencoderKL model() throws Exception {
            return new AutoencoderKL(AutoencoderKLConfig.of(ModelConfig.read(vae.resolve("config.json"))));
        }

        Map<String, float[]> run(Graph graph, Compiler compiler, GoldenTensors.Tensor input) {
            return GraphRunner.run(graph, compiler.id(), vae.resolve("diffusion_pytorch_model.safetensors"), input);
        }
    }

    private interface Check {
        void run(Recorded recorded, Compiler compiler) throws Exception;
    }

    @TestFactory
    List<DynamicTest> decodesRecordedLatents() {
        return withEveryCompiler(Recorded.with("decode_in", "decoded"), (recorded, compiler) -> {
            GoldenTensors.Tensor latents = recorded.get("decode_in");
            long[] shape = latents.shape();
            Graph graph = recorded.model().decoderGraph(shape[0], shape[2], shape[3], DType.FP32);
            GoldenTensors.Tensor decoded = recorded.get("decoded");
            assertEquals(
                    List.of(decoded.shape()[2], decoded.shape()[3]),
                    graph.outputs().get("image").type().shape().subList(2, 4));

            String prefix = recorded.id() + "/probe/vae.";
            Graph probed = Probes.expose(graph, recorded.golden(), prefix);
            assertTrue(probed.outputs().keySet().containsAll(recorded.golden().namesFrom(prefix)));
            recorded.run(probed, compiler, latents)
                    .forEach((label, values) -> assertClose(
                            label.equals("image") ? decoded : recorded.golden().get(label), values));
        });
    }

    @TestFactory
    List<DynamicTest> encodesRecordedImages() {
        return withEveryCompiler(Recorded.with("init_image", "posterior_mean"), (recorded, compiler) -> {
            GoldenTensors.Tensor image = recorded.get("init_image");
            long[] shape = image.shape();
            Graph graph = recorded.model().encoderGraph(shape[0], shape[2], shape[3], DType.FP32);
            Map<String, float[]> results = recorded.run(graph, compiler, image);
            assertClose(recorded.get("posterior_mean"), results.get("mean"));
            assertClose(recorded.get("posterior_logvar"), results.get("logvar"));
        });
    }

    private static List<DynamicTest> withEveryCompiler(List<Recorded> all, Check check) {
        List<DynamicTest> tests = new ArrayList<>();
        for (Recorded recorded : all) {
            for (Compiler compiler : Compilers.all()) {
                tests.add(DynamicTest.dynamicTest(
                        recorded.name() + "/" + compiler.id(), () -> check.run(recorded, compiler)));
            }
        }
        return tests;
    }

    private static void assertClose(GoldenTensors.Tensor expected, float[] actual) {
        double error = expected.relativeError(actual);
        assertTrue(error <= TOLERANCE, expected.name() + " is off by " + error);
    }
}
