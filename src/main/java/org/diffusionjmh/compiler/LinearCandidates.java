package org.diffusionjmh.compiler;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.diffusionjmh.graph.ContractionOp.Linear;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.KernelOp.AddLayerNormKernel;
import org.diffusionjmh.graph.KernelOp.LayerNormKernel;
import org.diffusionjmh.graph.KernelOp.LinearKernel;
import org.diffusionjmh.graph.MovementOp.Slice;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.NormalizationOp.LayerNorm;
import org.diffusionjmh.graph.Op;
import org.diffusionjmh.graph.PointwiseOp.Add;
import org.diffusionjmh.graph.SourceOp;
import org.diffusionjmh.graph.TensorType;
import org.diffusionjmh.pass.LinearLayer;
import org.diffusionjmh.pass.LinearLayer.After;
import org.diffusionjmh.pass.LinearPlan;

/** The ways to compute a linear layer, with the sum and the norm that follow it: graphs of the same inputs. */
final class LinearCandidates {
    /** The library's best guesses: the fastest is among them. */
    private static final int MOST_ALGORITHMS = 4;

    private static final LayerNorm NORM = new LayerNorm(1e-5);

    private final LinearLayer layer;
    private final Node x;
    private final Node weight;
    private final Node row;
    private final Node residual;

    private LinearCandidates(LinearLayer layer) {
        this.layer = layer;
        this.x = input("x", layer.rows(), layer.in());
        this.weight = input("weight", layer.out(), layer.in());
        this.row = input("row", layer.out());
        this.residual = input("residual", layer.rows(), layer.out());
    }

    /**
     * What is tried, unless the library has nothing; its first guess is what libtorch takes. Where there is a residual, an algorithm that does without it beats both libtorch's choice and
     * those that take it only if it is the first one: so it was for all layers of two U-Nets.
     *
     * @param algorithms how many the library has for this layer
     */
    static Map<LinearPlan, Graph> of(LinearLayer layer, int algorithms) {
        LinearCandidates candidates = new LinearCandidates(layer);
        Map<LinearPlan, Graph> graphs = new LinkedHashMap<>();
        plans(layer, algorithms).forEach(plan -> graphs.put(plan, candidates.graph(plan)));
        return graphs;
    }

    private static Stream<LinearPlan> plans(LinearLayer layer, int algorithms) {
        if (algorithms == 0) {
            return Stream.of(LinearPlan.LIBTORCH);
        }
        Stream<LinearPlan> alone = plans(algorithms, false);
        return layer.after() == After.OTHER ? alone : Stream.concat(alone.limit(1), plans(algorithms, true));
    }

    private static Stream<LinearPlan> plans(int algorithms, boolean residual) {
        return IntStream.range(0, Math.min(MOST_ALGORITHMS, algorithms))
                .mapToObj(algorithm -> LinearPlan.of(algorithm, residual));
    }

    private Graph graph(LinearPlan plan) {
        List<Node> arguments = new ArrayList<>(layer.bias() ? List.of(x, weight, row) : List.of(x, weight));
        if (plan.residual()) {
            arguments.add(residual);
        }
        Node product = plan.algorithm().isPresent()
                ? node(new LinearKernel(plan.algorithm().getAsInt()), arguments)
                : node(new Linear(), arguments);
        return new Graph("linear", inputs(), results(plan, product));
    }

    /** A row is a bias, and the weight and the bias of a norm. */
    private List<Node> inputs() {
        List<Node> inputs = new ArrayList<>(List.of(x, weight, row));
        if (layer.after() != After.OTHER) {
            inputs.add(residual);
        }
        return inputs;
    }

    private Map<String, Node> results(LinearPlan plan, Node product) {
        Map<String, Node> results = new LinkedHashMap<>();
        boolean normed = layer.after() == After.NORMED_SUM;
        if (plan.residual() && normed) {
            results.put("norm", node(new LayerNormKernel(NORM), List.of(product, row, row)));
        } else if (normed) {
            results.put(
                    "norm",
                    node(AddLayerNormKernel.ofAll(NORM, product.type().size(0)), List.of(product, residual, row, row)));
        } else if (!plan.residual() && layer.after() == After.SUM) {
            results.put("sum", node(new Add(), List.of(product, residual)));
        }
        results.put("rows", node(new Slice(0, 0, 1), List.of(product))); // fails if the product does, and takes no time
        return results;
    }

    private Node input(String label, long... sizes) {
        return node(new SourceOp.Input(label, TensorType.of(layer.dtype(), sizes)), List.of());
    }

    private static Node node(Op op, List<Node> inputs) {
        return new Node(op, inputs, "");
    }
}
