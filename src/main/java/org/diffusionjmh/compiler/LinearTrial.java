package org.diffusionjmh.compiler;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
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
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;
import org.diffusionjmh.pass.LinearLayer;
import org.diffusionjmh.pass.LinearPlan;

/** A linear layer with what follows it, and random tensors for several calls of it. */
final class LinearTrial implements AutoCloseable {
    private static final int CALLS = 6;

    /** All weights and residuals together: more than a GPU's cache keeps. */
    private static final long BYTES = 64L << 20;

    private static final LayerNorm NORM = new LayerNorm(1e-5);

    private final LinearLayer layer;
    private final NDManager scope;
    private final List<NDList> calls = new ArrayList<>();

    /**
     * @param scope where the layer runs; closed with this
     */
    LinearTrial(LinearLayer layer, NDManager scope) {
        this.layer = layer;
        this.scope = scope;
        NDArray x = random(x());
        NDArray row = random(row());
        long bytes = layer.dtype().bytes() * (weight().elements() + result().elements());
        List<NDArray> weights = random(this::weight, bytes);
        List<NDArray> residuals = random(this::result, bytes);
        for (int call = 0; call < CALLS; call++) {
            calls.add(new NDList(x, weights.get(call % weights.size()), row, residuals.get(call % residuals.size())));
        }
    }

    private TensorType x() {
        return TensorType.of(layer.dtype(), layer.rows(), layer.in());
    }

    private TensorType weight() {
        return TensorType.of(layer.dtype(), layer.out(), layer.in());
    }

    /** Of a bias, and of the norm's weight and bias. */
    private TensorType row() {
        return TensorType.of(layer.dtype(), layer.out());
    }

    private TensorType result() {
        return TensorType.of(layer.dtype(), layer.rows(), layer.out());
    }

    private List<NDArray> random(Supplier<TensorType> type, long bytesPerCall) {
        long count = Math.min(CALLS, (BYTES - 1) / bytesPerCall + 1);
        return Stream.generate(() -> random(type.get())).limit(count).toList();
    }

    private NDArray random(TensorType type) {
        try (NDArray wide = scope.randomNormal(TensorTypes.shape(type))) {
            return TensorMemory.copy(wide, ScalarType.of(TensorTypes.dataType(type.dtype())), scope);
        }
    }

    /** The layer and what follows it. */
    Graph graph(LinearPlan plan) {
        Node x = input("x", x());
        Node weight = input("weight", weight());
        Node row = input("row", row());
        Node residual = input("residual", result());
        List<Node> arguments = new ArrayList<>(layer.bias() ? List.of(x, weight, row) : List.of(x, weight));
        if (plan.residual()) {
            arguments.add(residual);
        }
        Node product = plan.algorithm().isPresent()
                ? node(new LinearKernel(plan.algorithm().getAsInt()), arguments)
                : node(new Linear(), arguments);
        return new Graph("linear", List.of(x, weight, row, residual), results(plan, product, residual, row));
    }

    private Map<String, Node> results(LinearPlan plan, Node product, Node residual, Node row) {
        Map<String, Node> results = new LinkedHashMap<>();
        boolean normed = layer.after() == LinearLayer.After.NORMED_SUM;
        if (plan.residual() && normed) {
            results.put("norm", node(new LayerNormKernel(NORM), List.of(product, row, row)));
        } else if (normed) {
            results.put("norm", node(new AddLayerNormKernel(NORM), List.of(product, residual, row, row)));
        } else if (!plan.residual() && layer.after() == LinearLayer.After.SUM) {
            results.put("sum", node(new Add(), List.of(product, residual)));
        }
        results.put("rows", node(new Slice(0, 0, 1), List.of(product))); // fails if the product does, and takes no time
        return results;
    }

    private static Node input(String label, TensorType type) {
        return node(new SourceOp.Input(label, type), List.of());
    }

    private static Node node(Op op, List<Node> inputs) {
        return new Node(op, inputs, "");
    }

    /** Calls a module of the graph several times. */
    void run(CompiledModule module) {
        for (NDList arguments : calls) {
            try (NDManager results = scope.newSubManager()) {
                module.run(arguments, results);
            }
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
