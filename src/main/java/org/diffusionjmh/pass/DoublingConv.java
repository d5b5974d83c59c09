package org.diffusionjmh.pass;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.diffusionjmh.graph.ContractionOp.Conv2d;
import org.diffusionjmh.graph.ContractionOp.Linear;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.KernelOp.InterleaveKernel;
import org.diffusionjmh.graph.MovementOp.Concat;
import org.diffusionjmh.graph.MovementOp.Permute;
import org.diffusionjmh.graph.MovementOp.Reshape;
import org.diffusionjmh.graph.MovementOp.Slice;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.Op;
import org.diffusionjmh.graph.PointwiseOp.Cast;
import org.diffusionjmh.graph.SourceOp;
import org.diffusionjmh.graph.TensorType;

/**
 * {@code conv3x3(upsample2(x))} in terms of the small x. Along one dimension, pixel 2y + a of the result is
 *
 * <ul>
 *   <li>a = 0: {@code w0 x[y - 1] + (w1 + w2) x[y]}
 *   <li>a = 1: {@code (w0 + w1) x[y] + w2 x[y + 1]}
 * </ul>
 *
 * @param scope the convolution's
 * @param kernels whether this project's own kernels may be used
 */
record DoublingConv(String scope, boolean kernels) {
    private static final int PHASES = 4;

    /** Which rows of the old window go into row i of the new one, for phase a: SUMS[a][i]. */
    private static final List<List<List<Integer>>> SUMS =
            List.of(List.of(List.of(0), List.of(1, 2)), List.of(List.of(0, 1), List.of(2)));

    /**
     * @param arguments x {@code [N, C, H, W]}, weight {@code [O, C, 3, 3]} and, if there is one, bias {@code [O]}
     * @return {@code [N, O, 2 H, 2 W]}, channels innermost in memory
     */
    Node apply(List<Node> arguments) {
        Node x = arguments.get(0);
        List<Node> inputs = new ArrayList<>(List.of(x, weight(arguments.get(1))));
        if (kernels && arguments.size() > 2) {
            return node(new InterleaveKernel(), node(new Conv2d(1, 1), inputs), arguments.get(2));
        }
        if (arguments.size() > 2) {
            inputs.add(node(new Concat(0), Collections.nCopies(PHASES, arguments.get(2))));
        }
        Node phases = node(new Conv2d(1, 1), inputs); // [N, 4 O, H + 1, W + 1]
        return interleave(
                phases,
                arguments.get(1).type().size(0),
                x.type().size(2),
                x.type().size(3));
    }

    /** [O, C, 3, 3] to [4 O, C, 2, 2]. */
    private Node weight(Node weight) {
        long out = weight.type().size(0);
        long in = weight.type().size(1);
        Node sums = node(new Reshape(List.of(out * in, 9L)), weight);
        sums = node(new Linear(), sums, node(new Cast(weight.type().dtype()), sumMatrix()));
        sums = node(new Reshape(List.of(out, in, (long) PHASES, 4L)), sums);
        sums = node(new Permute(List.of(2, 0, 1, 3)), sums);
        return node(new Reshape(List.of(PHASES * out, in, 2L, 2L)), sums);
    }

    /** Row (a, b, i, j) of this [16, 9] matrix picks what goes into the weight at (i, j) of phase (a, b). */
    private Node sumMatrix() {
        List<Float> values = new ArrayList<>();
        for (int row = 0; row < 16; row++) {
            List<Integer> rows = SUMS.get(row >> 3).get(row >> 1 & 1);
            List<Integer> columns = SUMS.get(row >> 2 & 1).get(row & 1);
            for (int column = 0; column < 9; column++) {
                values.add(rows.contains(column / 3) && columns.contains(column % 3) ? 1f : 0f);
            }
        }
        return node(new SourceOp.Constant(TensorType.of(DType.FP32, 16, 9), values), List.of());
    }

    /** Phase (a, b) begins at row a and column b of the convolution's result, which has one of each more than x. */
    private Node interleave(Node phases, long channels, long height, long width) {
        long batch = phases.type().size(0);
        List<Node> rows = new ArrayList<>();
        for (int a = 0; a < 2; a++) {
            List<Node> columns = new ArrayList<>();
            for (int b = 0; b < 2; b++) {
                long first = (2 * a + b) * channels;
                Node phase = node(new Slice(1, first, first + channels), phases);
                phase = node(new Slice(2, a, a + height), phase);
                phase = node(new Slice(3, b, b + width), phase);
                columns.add(node(new Permute(List.of(0, 2, 3, 1)), phase));
            }
            rows.add(node(new Reshape(List.of(batch, height, 1L, 2 * width * channels)), node(new Concat(3), columns)));
        }
        Node image = node(new Reshape(List.of(batch, 2 * height, 2 * width, channels)), node(new Concat(2), rows));
        return node(new Permute(List.of(0, 3, 1, 2)), image);
    }

    private Node node(Op op, Node... inputs) {
        return node(op, List.of(inputs));
    }

    private Node node(Op op, List<Node> inputs) {
        return new Node(op, inputs, scope);
    }
}
