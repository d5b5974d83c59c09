package org.diffusionjmh.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import java.util.List;
import java.util.stream.IntStream;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.PointwiseOp;
import org.diffusionjmh.graph.SourceOp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class T5EncoderModelTest {
    private static T5Config config(String json) {
        return T5Config.of(new ModelConfig(
                "text_encoder/config.json", JsonParser.parseString(json).getAsJsonObject()));
    }

    /** The distances at which transformers' {@code _relative_position_bucket} begins a new bucket. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "32 | 128 | 0 1 2 3 4 5 6 7 8 12 16 23 32 46 64 91",
                "32 | 256 | 0 1 2 3 4 5 6 7 8 13 20 30 46 70 108 166",
                "8 | 20 | 0 1 2 7",
                "10 | 33 | 0 1 2 6 13",
                "4 | 2 | 0 1"
            })
    void distancesFallIntoTransformersBuckets(int buckets, int maxDistance, String starts) {
        T5RelativePositions positions = new T5RelativePositions(
                config("{\"relative_attention_num_buckets\": %d, \"relative_attention_max_distance\": %d}"
                        .formatted(buckets, maxDistance)));
        List<Integer> found = IntStream.range(0, 1000)
                .filter(distance -> distance == 0 || positions.bucket(-distance) != positions.bucket(1 - distance))
                .boxed()
                .toList();
        assertEquals(
                IntStream.of(java.util.Arrays.stream(starts.split(" ", -1))
                                .mapToInt(Integer::parseInt)
                                .toArray())
                        .boxed()
                        .toList(),
                found);
        // Later keys have as many buckets of their own.
        assertEquals(buckets / 2 + positions.bucket(-5), positions.bucket(5));
    }

    /** In half precision, what is summed over the layers is float32 from the first feed-forward layer on, and so is its second product. */
    @Test
    void halfPrecisionSumsInFloat32() {
        Graph graph = new T5EncoderModel(config("""
                {"vocab_size": 10, "d_model": 8, "d_kv": 4, "d_ff": 6, "num_layers": 2, "num_heads": 2,
                 "feed_forward_proj": "gated-gelu"}""")).graph(1, 3, DType.FP16);
        for (Node node : graph.nodesOf(SourceOp.Weight.class)) {
            boolean wide = ((SourceOp.Weight) node.op()).key().endsWith(".wo.weight");
            assertEquals(wide ? DType.FP32 : DType.FP16, node.type().dtype(), node.toString());
        }
        List<DType> sums = graph.nodesOf(PointwiseOp.Add.class).stream()
                .filter(node ->
                        node.scope().startsWith("encoder.block") && node.type().rank() == 3)
                .map(node -> node.type().dtype())
                .toList();
        assertEquals(List.of(DType.FP16, DType.FP32, DType.FP32, DType.FP32), sums);
        assertEquals(DType.FP16, graph.outputs().get("hidden_state").type().dtype());
    }

    /** bfloat16 has float32's range, and transformers leaves everything in it. */
    @Test
    void bfloat16StaysAsItIs() {
        Graph graph = new T5EncoderModel(config("{\"num_layers\": 1}")).graph(1, 3, DType.BF16);
        assertTrue(graph.nodesOf(SourceOp.Weight.class).stream()
                .allMatch(node -> node.type().dtype() == DType.BF16));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"feed_forward_proj\": \"gated-tanh\"} | 'feed_forward_proj' is 'gated-tanh', supported: relu, silu, gelu",
                "{\"relative_attention_num_buckets\": 3} | 'relative_attention_num_buckets' is 3, supported: at least 4",
                "{\"relative_attention_max_distance\": 8} | 'relative_attention_max_distance' is 8, supported: more than",
                "{\"is_decoder\": true} | 'is_decoder' is true",
                "{\"tensor_parallel\": 2} | 'tensor_parallel' is 2, which this version does not know"
            })
    void whatIsNotSupportedIsNamed(String json, String message) {
        String actual =
                assertThrows(IllegalArgumentException.class, () -> config(json)).getMessage();
        assertTrue(actual.startsWith("text_encoder/config.json: ") && actual.contains(message), actual);
    }
}
