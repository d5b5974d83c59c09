package org.diffusionjmh.pass;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.KernelOp.AddLayerNormKernel;
import org.diffusionjmh.graph.MovementOp.PadRows;
import org.diffusionjmh.graph.MovementOp.Slice;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.NormalizationOp.LayerNorm;
import org.diffusionjmh.graph.PointwiseOp.Add;

/**
 * A sum of sequences and a layer norm of it, or of some of its rows.
 *
 * @param sum the sum
 * @param norm the norm, with weight and bias
 * @param rows the rows that it is of
 */
record NormedSum(Node sum, Node norm, RowRange rows) {
    private static final int WITH_BIAS = 3;

    /** Each sum that has a layer norm, with the first one of it. */
    static Map<Node, NormedSum> of(Graph graph) {
        Map<Node, NormedSum> sums = new HashMap<>();
        for (Node norm : graph.nodesOf(LayerNorm.class)) {
            of(norm).ifPresent(normed -> sums.putIfAbsent(normed.sum, normed));
        }
        return sums;
    }

    private static Optional<NormedSum> of(Node norm) {
        Node x = norm.inputs().get(0);
        boolean some = Rowwise.slicesRows(x);
        Node sum = some ? x.inputs().get(0) : x;
        boolean matches = sum.op() instanceof Add
                && norm.inputs().size() == WITH_BIAS
                && sum.inputs().stream().allMatch(input -> input.type().equals(sum.type()));
        if (!matches) {
            return Optional.empty();
        }
        RowRange rows = some ? new RowRange(((Slice) x.op()).start(), ((Slice) x.op()).end()) : RowRange.of(sum);
        return Optional.of(new NormedSum(sum, norm, rows));
    }

    /** Both as one kernel, whose result are the sum's rows and then the norm's. Rows that are padded are not written down. */
    Node kernel(Uses uses, UnaryOperator<Node> replaced) {
        Optional<Node> padded = sum.inputs().stream()
                .filter(input -> input.op() instanceof PadRows && uses.isSingle(input))
                .findFirst();
        List<Node> summands = new ArrayList<>(sum.inputs());
        padded.ifPresent(pad -> {
            summands.remove(pad);
            summands.add(0, pad.inputs().get(0));
        });
        List<Node> arguments = new ArrayList<>(summands.stream().map(replaced).toList());
        arguments.addAll(norm.inputs().subList(1, WITH_BIAS)); // of weights only, which stay
        padded.ifPresent(pad -> arguments.add(replaced.apply(pad.inputs().get(1))));
        long before = padded.map(pad -> ((PadRows) pad.op()).before()).orElse(0L);
        AddLayerNormKernel kernel = new AddLayerNormKernel((LayerNorm) norm.op(), before, rows.first(), rows.size());
        return new Node(kernel, arguments, norm.scope());
    }

    /** The sum, a view of the kernel's result. */
    Node sumOf(Node kernel) {
        return new Node(new Slice(0, 0, sum.type().size(0)), List.of(kernel), sum.scope());
    }

    /** The norm, a view of the kernel's result. */
    Node normOf(Node kernel) {
        long start = sum.type().size(0);
        return new Node(new Slice(0, start, start + rows.size()), List.of(kernel), norm.scope());
    }
}
