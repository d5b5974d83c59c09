package org.diffusionjmh.model;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.diffusionjmh.compiler.Compiler;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.testing.Fixtures;
import org.diffusionjmh.testing.GoldenTensors;
import org.diffusionjmh.testing.GraphRunner;

/** One recorded run of a pipeline, seen from its text encoders. */
record RecordedPrompts(String name, String id, Path snapshot, JsonObject call, GoldenTensors golden) {
    /** Hidden states and pooled vectors of a batch, row-major; no vectors where the pipeline has one encoder. */
    @SuppressWarnings("ArrayRecordComponent")
    record Embeddings(float[] hiddenStates, float[] textEmbeds) {}

    /** All runs whose token ids are recorded. */
    static List<RecordedPrompts> all() {
        List<RecordedPrompts> found = new ArrayList<>();
        for (Path fixture :
                Fixtures.ofKind("sdxl-t2i", "sd15-t2i", "sdxl-img2img", "instruct-pix2pix", "sdxl-instruct-pix2pix")) {
            GoldenTensors golden = GoldenTensors.read(fixture.resolve("golden.safetensors"));
            for (JsonElement element :
                    Fixtures.json(fixture.resolve("golden.json")).getAsJsonArray("cases")) {
                JsonObject recorded = element.getAsJsonObject();
                String id = recorded.get("id").getAsString();
                if (golden.has(id + "/prompt_ids_1")) {
                    found.add(new RecordedPrompts(
                            fixture.getFileName() + "/" + id,
                            id,
                            fixture.resolve(recorded.get("snapshot").getAsString()),
                            recorded.getAsJsonObject("call"),
                            golden));
                }
            }
        }
        return found;
    }

    boolean isXl() {
        return Files.isDirectory(snapshot.resolve("text_encoder_2"));
    }

    boolean has(String tensor) {
        return golden.has(id + "/" + tensor);
    }

    GoldenTensors.Tensor get(String tensor) {
        return golden.get(id + "/" + tensor);
    }

    int option(String key, int otherwise) {
        return call.has(key) && !call.get(key).isJsonNull() ? call.get(key).getAsInt() : otherwise;
    }

    ClipTextConfig config(String encoder) {
        try {
            return ClipTextConfig.of(ModelConfig.read(snapshot.resolve(encoder).resolve("config.json")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A hidden state of one encoder and, of the second, the pooled vectors. */
    Embeddings run(String encoder, GoldenTensors.Tensor ids, HiddenState hidden, Compiler compiler) {
        Path weights = snapshot.resolve(encoder).resolve("model.safetensors");
        ClipTextConfig config = config(encoder);
        long batch = ids.shape()[0];
        if (encoder.equals("text_encoder")) {
            Graph graph = new CLIPTextModel(config).graph(batch, DType.FP32, hidden);
            Map<String, float[]> results = GraphRunner.run(graph, compiler.id(), weights, ids);
            return new Embeddings(results.get("hidden_state"), new float[0]);
        }
        CLIPTextModelWithProjection model = new CLIPTextModelWithProjection(config);
        long[] positions = model.eosPositions(IntStream.range(0, (int) batch)
                .mapToObj(i -> ids.slice(i).longs())
                .toList());
        GoldenTensors.Tensor eos = new GoldenTensors.Tensor(
                "eos",
                "I64",
                new long[] {batch},
                Arrays.stream(positions).asDoubleStream().toArray());
        Graph graph = model.graph(batch, DType.FP32, hidden);
        Map<String, float[]> results = GraphRunner.run(graph, compiler.id(), weights, ids, eos);
        return new Embeddings(results.get("hidden_state"), results.get("text_embeds"));
    }

    /**
     * What the pipeline makes of prompts.
     *
     * @param kind {@code prompt} or {@code negative}, whose recorded ids are taken
     */
    Embeddings encode(String kind, int clipSkip, Compiler compiler) {
        if (!isXl()) {
            return run("text_encoder", get(kind + "_ids_1"), HiddenState.ofStableDiffusion(clipSkip), compiler);
        }
        HiddenState hidden = HiddenState.ofStableDiffusionXl(clipSkip);
        Embeddings first = run("text_encoder", get(kind + "_ids_1"), hidden, compiler);
        Embeddings second = run("text_encoder_2", get(kind + "_ids_2"), hidden, compiler);
        return new Embeddings(
                joinRows(
                        first.hiddenStates(),
                        config("text_encoder").hiddenSize(),
                        second.hiddenStates(),
                        config("text_encoder_2").hiddenSize()),
                second.textEmbeds());
    }

    /** Joins two row-major matrices of the same number of rows side by side. */
    private static float[] joinRows(float[] left, int leftWidth, float[] right, int rightWidth) {
        float[] joined = new float[left.length + right.length];
        for (int row = 0; row < left.length / leftWidth; row++) {
            System.arraycopy(left, row * leftWidth, joined, row * (leftWidth + rightWidth), leftWidth);
            System.arraycopy(right, row * rightWidth, joined, row * (leftWidth + rightWidth) + leftWidth, rightWidth);
        }
        return joined;
    }
}
