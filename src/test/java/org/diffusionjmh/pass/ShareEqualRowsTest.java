package org.diffusionjmh.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.diffusionjmh.graph.AttentionOp.ScaledDotProductAttention;
import org.diffusionjmh.graph.ContractionOp.Conv2d;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.FusedOp.Geglu;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.MovementOp.Concat;
import org.diffusionjmh.graph.MovementOp.Expand;
import org.diffusionjmh.graph.MovementOp.PadRightBottom;
import org.diffusionjmh.graph.MovementOp.UpsampleNearest;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.PointwiseOp.MultiplyAdd;
import org.diffusionjmh.graph.PointwiseOp.Silu;
import org.diffusionjmh.graph.ReductionOp.PixelMean;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class ShareEqualRowsTest {
    private static final double TOLERANCE = 1e-5;
    private static final int CHANNELS = 16;

    private final Pass pass = ShareEqualRows.ofAnySize();
    private final Random random = new Random();
    private final int height = 4 + random.nextInt(9);
    private final int width = 4 + random.nextInt(9);

    /** Some blocks of latents, each as often and where a pattern says. */
    private Node batch(GraphBuilder b, int images, int... pattern) {
        Node[] blocks = new Node[Arrays.stream(pattern).max().orElseThrow() + 1];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = b.input("latents." + i, DType.FP32, images, 4, height, width);
        }
        return b.concat(0, Arrays.stream(pattern).mapToObj(i -> blocks[i]).toArray(Node[]::new));
    }

    /** A convolution, a residual block that knows the time, a transformer block that attends to itself and to the text. */
    private static Node network(GraphBuilder b, Node sample) {
        long rows = sample.type().size(0);
        long height = sample.type().size(2);
        long width = sample.type().size(3);
        Node first = b.in("conv_in").conv2d(sample, CHANNELS, 3, 1, 1);
        Node x = b.apply(new Silu(), b.in("norm").groupNorm(first, 4, 1e-5));
        Node steps = b.apply(new Expand(List.of(rows)), b.input("timestep", DType.FP32, 1));
        Node shift = b.in("time").linear(b.reshape(steps, rows, 1), CHANNELS, true);
        x = b.add(b.in("conv1").conv2d(x, CHANNELS, 3, 1, 1), b.reshape(shift, rows, CHANNELS, 1, 1));
        x = b.add(first, b.in("conv2").conv2d(b.apply(new Silu(), x), CHANNELS, 3, 1, 1));

        Node sequence = b.reshape(b.permute(x, 0, 2, 3, 1), rows, height * width, CHANNELS);
        Node hidden = b.in("norm1").layerNorm(sequence, 1e-5);
        hidden = b.add(attention(b.in("attn1"), hidden, hidden), sequence);
        Node text = b.inputPerRun("text", DType.FP32, rows, 5, 6);
        hidden = b.add(attention(b.in("attn2"), b.in("norm2").layerNorm(hidden, 1e-5), text), hidden);
        Node map = b.permute(b.reshape(hidden, rows, height, width, CHANNELS), 0, 3, 1, 2);
        return b.in("conv_out").conv2d(b.concat(1, map, first), 4, 3, 1, 1);
    }

    private static Node attention(GraphBuilder b, Node x, Node context) {
        Node q = heads(b, b.in("to_q").linear(x, CHANNELS, false));
        Node k = heads(b, b.in("to_k").linear(context, CHANNELS, false));
        Node v = heads(b, b.in("to_v").linear(context, CHANNELS, false));
        Node joined = b.permute(b.attention(q, k, v, false), 0, 2, 1, 3);
        return b.in("to_out")
                .linear(
                        b.reshape(
                                joined,
                                x.type().shape().stream().mapToLong(i -> i).toArray()),
                        CHANNELS,
                        true);
    }

    private static Node heads(GraphBuilder b, Node x) {
        return b.permute(b.reshape(x, x.type().size(0), x.type().size(1), 2, CHANNELS / 2), 0, 2, 1, 3);
    }

    private static long matches(Pass pass, Graph graph) {
        return pass.apply(graph).matches();
    }

    private Graph assertShares(Graph graph) {
        int matches = (int) matches(pass, graph);
        assertTrue(matches > 0);
        return Rewrites.assertEqualResults(pass, graph, matches, TOLERANCE);
    }

    /** Rows of the argument that a convolution, a linear layer or an attention reads. */
    private static long rows(Graph graph, String scope) {
        return graph.nodes().stream()
                .filter(node -> node.scope().equals(scope) && !node.inputs().isEmpty())
                .filter(node -> !(node.op() instanceof Concat))
                .mapToLong(node -> node.type().size(0))
                .min()
                .orElseThrow();
    }

    private static long firstAttention(Graph graph) {
        return graph.nodesOf(ScaledDotProductAttention.class).get(0).type().size(0);
    }

    /** Guidance: all up to the queries to the text is computed for the pictures, and what attends to the text for the whole batch. */
    @RepeatedTest(3)
    void sharesUpToTheText() {
        int images = 1 + random.nextInt(3);
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        b.output("y", network(b, batch(b, images, 0, 0)));
        Graph shared = assertShares(b.build());
        for (String scope :
                List.of("conv1", "conv2", "norm1", "attn1.to_q", "attn1", "attn1.to_out", "norm2", "attn2.to_q")) {
            assertEquals(images, rows(shared, scope), scope);
        }
        List<Node> attentions = shared.nodesOf(ScaledDotProductAttention.class);
        assertEquals(
                List.of((long) images, 2L * images),
                attentions.stream().map(node -> node.type().size(0)).toList());
        for (String scope : List.of("attn2.to_k", "attn2.to_out", "conv_out")) {
            assertEquals(2L * images, rows(shared, scope), scope);
        }
    }

    /** Guidance by a text and a picture: two of three predictions are equal up to the text. */
    @RepeatedTest(3)
    void sharesTwoOfThree() {
        int images = 1 + random.nextInt(3);
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        b.output("y", network(b, batch(b, images, 0, 0, 1)));
        assertEquals(2L * images, firstAttention(assertShares(b.build())));
    }

    /** Equal rows need not stand next to each other, nor first or last. */
    @Test
    void sharesWhateverTheOrder() {
        for (int[] pattern : new int[][] {{0, 1, 0}, {0, 1, 1}, {1, 0, 1, 0}, {0, 1, 1, 2, 0}}) {
            GraphBuilder b = new GraphBuilder("test", DType.FP32);
            b.output("y", network(b, batch(b, 2, pattern)));
            long different = Arrays.stream(pattern).distinct().count();
            assertEquals(2 * different, firstAttention(assertShares(b.build())));
        }
    }

    /** Rows are equal that are equal in every argument: latents three times, beside a picture twice and another once. */
    @Test
    void combinesWhatArgumentsHaveInCommon() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node latents = b.input("latents", DType.FP32, 1, 4, height, width);
        Node pictures = b.input("pictures", DType.FP32, 2, 4, height, width);
        Node picture = b.slice(pictures, 0, 0, 1);
        Node seen = b.concat(0, picture, picture, b.slice(pictures, 0, 1, 2));
        Node sample = b.concat(1, b.concat(0, latents, latents, latents), seen);
        b.output("sample", sample);
        b.output("y", network(b, sample));
        Graph shared = assertShares(b.build());
        assertEquals(2, firstAttention(shared));
    }

    /** The inputs are all that is copied, and what is taken from the whole batch later: the first maps, the queries and the residuals. */
    @Test
    void copiesWhatIsTakenLaterOnce() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        b.output("y", network(b, batch(b, 1, 0, 0)));
        List<Node> copies = assertShares(b.build()).nodesOf(Concat.class).stream()
                .filter(concat -> ((Concat) concat.op()).dimension() == 0)
                .toList();
        assertTrue(copies.size() <= 3, copies::toString);
    }

    /** Every operation that has rows, before a costly one. */
    @Test
    void knowsTheOperationsThatHaveRows() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = batch(b, 2, 0, 0);
        x = b.apply(new PadRightBottom(1, 1), x);
        x = b.apply(new UpsampleNearest(2L * height, 2L * width), x);
        x = b.multiply(x, b.apply(new Expand(x.type().shape()), b.apply(new PixelMean(), x)));
        x = b.concat(-1, b.slice(x, -1, 0, 3), b.slice(x, -1, 3, 2L * width));
        x = b.apply(new MultiplyAdd(), x, b.weight("factors", 1, 4, 1, 1), x);
        x = b.apply(new Geglu(), b.permute(x, 0, 2, 3, 1));
        Node scores = b.reshape(b.slice(b.slice(x, 1, 0, 1), -1, 0, 1), 4, 1, 1, 2L * width);
        x = b.attention(x, x, x, scores, 1);
        b.output("y", b.in("conv").conv2d(x, 1, 3, 1, 1));
        Graph shared = assertShares(b.build());
        assertEquals(2, shared.nodesOf(Conv2d.class).get(0).type().size(0));
        assertEquals(2, firstAttention(shared));
    }

    /** Copying a result costs more than a sum or a norm. */
    @Test
    void cheapOperationsStay() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = batch(b, 1, 0, 0);
        b.output("norm", b.in("norm").groupNorm(x, 2, 1e-5));
        b.output("sum", b.add(x, x));
        Rewrites.assertUntouched(pass, b.build());
    }

    /** At sizes at hand a copy has to be worth a kernel's launch. */
    @Test
    void smallMapsStay() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        b.output("y", network(b, batch(b, 1, 0, 0)));
        Rewrites.assertUntouched(ShareEqualRows.bySize(), b.build());
    }

    /** Rows of different values, and those that an operation mixes. */
    @Test
    void otherRowsStay() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        b.output("different", network(b, b.input("sample", DType.FP32, 2, 4, height, width)));
        Node mixed = b.permute(batch(b, 4, 0, 0), 1, 0, 2, 3);
        b.output("mixed", b.in("mixed").conv2d(mixed, 64, 3, 1, 1));
        Rewrites.assertUntouched(pass, b.build());
    }

    /** What is computed once in a run, and layers of vectors, whose weights are what costs. */
    @Test
    void workOfARunAndOfVectorsStays() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node picture = b.inputPerRun("picture", DType.FP32, 1, 4, height, width);
        b.output("picture", b.in("conv").conv2d(b.concat(0, picture, picture), 64, 3, 1, 1));
        Node time = b.apply(new Expand(List.of(2L, 64L)), b.input("time", DType.FP32, 1, 64));
        b.output("time", b.in("time").linear(time, 64, true));
        Rewrites.assertUntouched(pass, b.build());
    }

    /** All sizes of a network are rewritten in the same way, if that is wanted. */
    @Test
    void sizesDoNotMatterIfTheyAreNotTo() {
        long matches = 0;
        for (int side : new int[] {8, 16, 64}) {
            GraphBuilder b = new GraphBuilder("test", DType.FP32);
            Node x = b.input("x", DType.FP32, 1, 4, side, side);
            b.output("y", network(b, b.concat(0, x, x)));
            Graph graph = b.build();
            matches = matches == 0 ? matches(pass, graph) : matches;
            assertEquals(matches, matches(pass, graph));
        }
        assertTrue(matches > 0);
    }
}
