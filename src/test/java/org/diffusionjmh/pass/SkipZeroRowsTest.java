package org.diffusionjmh.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.diffusionjmh.graph.AttentionOp.ScaledDotProductAttention;
import org.diffusionjmh.graph.ContractionOp.Linear;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.MovementOp.Concat;
import org.diffusionjmh.graph.MovementOp.Expand;
import org.diffusionjmh.graph.MovementOp.PadRows;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.NormalizationOp.LayerNorm;
import org.diffusionjmh.graph.Op;
import org.diffusionjmh.graph.PointwiseOp.Silu;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class SkipZeroRowsTest {
    private static final double TOLERANCE = 1e-5;
    private static final int CHANNELS = 16;
    private static final int TOKENS = 5;
    private static final int TEXT = 6;

    private final Pass pass = SkipZeroRows.everywhere();
    private final Random random = new Random();
    private final int pixels = 4 + random.nextInt(9);
    private final GraphBuilder b = new GraphBuilder("test", DType.FP32);

    /**
     * Text that is zeros in some blocks of the batch.
     *
     * @param images rows of a block
     * @param zero for each block, whether it is zeros
     */
    private Node text(int images, boolean... zero) {
        Node given = b.inputPerRun("text", DType.FP32, (long) images * zero.length, TOKENS, TEXT);
        Node zeros = b.apply(
                new Expand(List.of((long) images, (long) TOKENS, (long) TEXT)), b.constant(List.of(0f), 1, 1, 1));
        List<Node> blocks = new ArrayList<>();
        for (int i = 0; i < zero.length; i++) {
            blocks.add(zero[i] ? zeros : b.slice(given, 0, (long) i * images, (i + 1L) * images));
        }
        return b.concat(0, blocks.toArray(Node[]::new));
    }

    /** A transformer block: attention to itself, to the text, and a layer behind. */
    private Node block(GraphBuilder in, Node text, boolean biased) {
        long rows = text.type().size(0);
        Node x = b.input("x", DType.FP32, rows, pixels, CHANNELS);
        Node hidden = in.in("norm1").layerNorm(x, 1e-5);
        hidden = b.add(attention(in.in("attn1"), hidden, hidden, false), x);
        Node normed = in.in("norm2").layerNorm(hidden, 1e-5);
        hidden = b.add(attention(in.in("attn2"), normed, text, biased), hidden);
        return b.add(in.in("ff").linear(in.in("norm3").layerNorm(hidden, 1e-5), CHANNELS, true), hidden);
    }

    private Node attention(GraphBuilder in, Node x, Node context, boolean biased) {
        Node q = heads(in.in("to_q").linear(x, CHANNELS, biased));
        Node k = heads(in.in("to_k").linear(context, CHANNELS, biased));
        Node v = heads(in.in("to_v").linear(context, CHANNELS, biased));
        Node joined = b.permute(b.attention(q, k, v, false), 0, 2, 1, 3);
        return in.in("to_out").linear(b.reshape(joined, x.type().size(0), pixels, CHANNELS), CHANNELS, true);
    }

    private Node heads(Node x) {
        return b.permute(b.reshape(x, x.type().size(0), x.type().size(1), 2, CHANNELS / 2), 0, 2, 1, 3);
    }

    private static long rows(Graph graph, String scope, Class<? extends Op> kind) {
        return graph.nodesOf(kind).stream()
                .filter(node -> node.scope().equals(scope))
                .findFirst()
                .orElseThrow()
                .type()
                .size(0);
    }

    private Graph assertSkips() {
        Graph graph = b.build();
        int matches = pass.apply(graph).matches();
        assertTrue(matches > 0);
        return Rewrites.assertEqualResults(pass, graph, matches, TOLERANCE);
    }

    /** Guidance with an absent negative prompt: all of the attention to the text, from its norm on, is for the prompt's rows only. */
    @RepeatedTest(3)
    void attendsToTheTextForItsRowsOnly() {
        int images = 1 + random.nextInt(3);
        b.output("y", block(b, text(images, true, false), false));
        Graph skipping = assertSkips();
        for (String scope : List.of("attn2.to_q", "attn2.to_k", "attn2.to_v", "attn2.to_out")) {
            assertEquals(images, rows(skipping, scope, Linear.class), scope);
        }
        assertEquals(images, rows(skipping, "norm2", LayerNorm.class));
        for (String scope : List.of("attn1.to_q", "attn1.to_out", "ff")) {
            assertEquals(2L * images, rows(skipping, scope, Linear.class), scope);
        }
        assertEquals(
                List.of(2L * images, (long) images),
                skipping.nodesOf(ScaledDotProductAttention.class).stream()
                        .map(node -> node.type().size(0))
                        .toList());
        assertEquals(
                new PadRows(images, 0), skipping.nodesOf(PadRows.class).get(0).op());
        assertEquals(0, skipping.nodesOf(Concat.class).size(), "the zeros are not even written down");
    }

    /** Zeros may stand before and behind. */
    @Test
    void rowsThatAreNotZeroMayStandAnywhere() {
        b.output("y", block(b, text(2, true, false, false, true), false));
        Graph skipping = assertSkips();
        assertEquals(4, rows(skipping, "attn2.to_q", Linear.class));
        assertEquals(new PadRows(2, 2), skipping.nodesOf(PadRows.class).get(0).op());
    }

    /** What something else takes is computed for all rows, and a view of it taken here. */
    @Test
    void computesWhatOthersNeed() {
        Node text = text(1, true, false);
        b.output("y", block(b, text, false));
        b.output("text", b.apply(new Silu(), text));
        Graph skipping = assertSkips();
        assertEquals(1, rows(skipping, "attn2.to_k", Linear.class));
        assertEquals(1, skipping.nodesOf(Concat.class).size());
    }

    /** Rows of a value that slices and concatenations take apart are followed through them. */
    @Test
    void followsRowsThroughSlicesAndConcatenations() {
        Node text = text(1, true, false);
        Node swapped = b.concat(0, b.slice(text, 0, 1, 2), b.slice(text, 0, 0, 1));
        Node values = b.reshape(b.concat(-1, swapped, swapped), 2, 1, TOKENS, 2 * TEXT);
        Node queries = b.input("queries", DType.FP32, 3, 1, pixels, 2 * TEXT);
        Node taken = b.slice(b.concat(0, queries, queries), 0, 2, 4);
        Node attended = b.attention(taken, values, values, false);
        b.output("y", b.in("layer").linear(attended, CHANNELS, true));
        Graph skipping = assertSkips();
        assertEquals(1, rows(skipping, "layer", Linear.class));
        assertEquals(new PadRows(0, 1), skipping.nodesOf(PadRows.class).get(0).op());
        assertEquals(
                0,
                skipping.nodesOf(Concat.class).stream()
                        .filter(concat -> ((Concat) concat.op()).dimension() == 0)
                        .count());
    }

    /** Keys and values with a bias are not zero. */
    @Test
    void biasesStay() {
        b.output("biased", block(b.in("biased"), text(1, true, false), true));
        Rewrites.assertUntouched(pass, b.build());
    }

    /** The rows around them are not next to each other. */
    @Test
    void rowsInBetweenStay() {
        b.output("y", block(b, text(1, false, true, false), false));
        Rewrites.assertUntouched(pass, b.build());
    }

    @Test
    void givenTextStays() {
        b.output("y", block(b, text(1, false, false), false));
        Rewrites.assertUntouched(pass, b.build());
    }

    /** Of all rows being zero there is none left to compute. */
    @Test
    void nothingButZerosStays() {
        b.output("y", block(b, text(1, true, true), false));
        Rewrites.assertUntouched(pass, b.build());
    }

    /** A GPU takes as long for half the rows of small layers. */
    @Test
    void smallLayersStayOnAGpu() {
        b.output("y", block(b, text(1, true, false), false));
        Rewrites.assertUntouched(SkipZeroRows.whereAGpuIsFilled(), b.build());
    }

    /** What is computed once in a run. */
    @Test
    void workOfARunStays() {
        b.output("y", b.in("layer").linear(text(1, true, false), CHANNELS, true));
        Rewrites.assertUntouched(pass, b.build());
    }
}
