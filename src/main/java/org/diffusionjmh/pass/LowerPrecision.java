package org.diffusionjmh.pass;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.diffusionjmh.graph.AttentionOp;
import org.diffusionjmh.graph.ContractionOp;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.PointwiseOp.Cast;

/**
 * Computes in a shorter type what a float32 graph computes from its first product on, up to where it converts to float32 expressly. What
 * stands before, such as the angles of a time embedding, and all work on weights stays float32; inputs and outputs keep their types.
 *
 * <p>The result differs by the shorter type's rounding: bfloat16 has 8 bits of mantissa.
 */
public final class LowerPrecision implements Pass {
    private final DType dtype;

    /**
     * @param dtype the shorter type
     */
    public LowerPrecision(DType dtype) {
        this.dtype = dtype;
    }

    @Override
    public String id() {
        return "lower-precision";
    }

    @Override
    public Rewrite apply(Graph graph) {
        Set<Node> fixed = WeightFolding.fixed(graph);
        Map<Node, Node> shortened = new HashMap<>();
        Rewrite lowered = Rewrite.of(graph, (node, replaced) -> {
            List<Node> inputs = node.inputs().stream().map(replaced).toList();
            boolean isLowered = !fixed.contains(node)
                    && inputs.stream().anyMatch(LowerPrecision::isFloat32)
                    && (isProduct(node)
                            || inputs.stream().anyMatch(input -> input.type().dtype() == dtype));
            return isLowered
                    ? Optional.of(new Node(
                            node.op(),
                            inputs.stream()
                                    .map(input -> shorten(input, shortened))
                                    .toList(),
                            node.scope()))
                    : Optional.empty();
        });
        return lowered.matches() == 0 ? lowered : new Rewrite(withTypesOf(graph, lowered.graph()), lowered.matches());
    }

    private static boolean isProduct(Node node) {
        return node.op() instanceof ContractionOp || node.op() instanceof AttentionOp;
    }

    private static boolean isFloat32(Node node) {
        return node.type().dtype() == DType.FP32;
    }

    /** A float32 value in the shorter type, converted once for all that take it. */
    private Node shorten(Node node, Map<Node, Node> shortened) {
        return isFloat32(node)
                ? shortened.computeIfAbsent(node, wide -> new Node(new Cast(dtype), List.of(wide), wide.scope()))
                : node;
    }

    private static Graph withTypesOf(Graph original, Graph lowered) {
        Map<String, Node> outputs = new LinkedHashMap<>();
        lowered.outputs().forEach((label, node) -> {
            DType wanted = original.outputs().get(label).type().dtype();
            boolean kept = node.type().dtype() == wanted;
            outputs.put(label, kept ? node : new Node(new Cast(wanted), List.of(node), node.scope()));
        });
        return new Graph(lowered.name(), lowered.inputs(), outputs);
    }
}
