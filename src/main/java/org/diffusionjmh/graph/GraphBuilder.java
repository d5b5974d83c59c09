package org.diffusionjmh.graph;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Builds a graph the way a network is written down: module by module. {@link #in(String)} enters a child module; layers take their
 * weights from the module they are called in, so {@code b.in("conv_in").conv2d(x, 320, 3, 1, 1)} uses {@code conv_in.weight} and
 * {@code conv_in.bias}.
 */
public final class GraphBuilder {
    private final State state;
    private final String scope;
    private final DType dtype;

    /** Children of one builder share it. */
    private record State(String name, List<Node> inputs, Map<String, Node> weights, Map<String, Node> outputs) {}

    /**
     * @param name what the network is
     * @param dtype the type of the weights and of the computation; {@link #as} makes exceptions
     */
    public GraphBuilder(String name, DType dtype) {
        this(new State(name, new ArrayList<>(), new LinkedHashMap<>(), new LinkedHashMap<>()), "", dtype);
    }

    private GraphBuilder(State state, String scope, DType dtype) {
        this.state = state;
        this.scope = scope;
        this.dtype = dtype;
    }

    public GraphBuilder in(String child) {
        return new GraphBuilder(state, qualified(child), dtype);
    }

    public GraphBuilder in(int child) {
        return in(String.valueOf(child));
    }

    /** The same module with weights of another type. */
    public GraphBuilder as(DType other) {
        return new GraphBuilder(state, scope, other);
    }

    /** The type of the weights and of the computation. */
    public DType dtype() {
        return dtype;
    }

    public Node input(String label, DType dtype, long... shape) {
        return input(new SourceOp.Input(label, TensorType.of(dtype, shape)));
    }

    /** An input that stays the same over the steps of a run. */
    public Node inputPerRun(String label, DType dtype, long... shape) {
        return input(new SourceOp.Input(label, TensorType.of(dtype, shape), SourceOp.Pace.RUN));
    }

    private Node input(SourceOp.Input input) {
        Node node = apply(input);
        state.inputs().add(node);
        return node;
    }

    /** A parameter of the module this builder stands in. */
    public Node weight(String key, long... shape) {
        TensorType type = TensorType.of(dtype(), shape);
        Node node = state.weights()
                .computeIfAbsent(qualified(key), full -> new Node(new SourceOp.Weight(full, type), List.of(), scope));
        if (!node.type().equals(type)) {
            throw new ShapeException(qualified(key) + " is used as " + node.type() + " and as " + type);
        }
        return node;
    }

    public Node constant(List<Float> values, long... shape) {
        return apply(new SourceOp.Constant(TensorType.of(DType.FP32, shape), values));
    }

    public Node linear(Node x, long outFeatures, boolean bias) {
        Node weight = weight("weight", outFeatures, x.type().size(-1));
        return bias
                ? apply(new ContractionOp.Linear(), x, weight, weight("bias", outFeatures))
                : apply(new ContractionOp.Linear(), x, weight);
    }

    public Node conv2d(Node x, long outChannels, int kernel, int stride, int padding) {
        Node weight = weight("weight", outChannels, x.type().size(1), kernel, kernel);
        return apply(new ContractionOp.Conv2d(stride, padding), x, weight, weight("bias", outChannels));
    }

    public Node groupNorm(Node x, int groups, double eps) {
        long channels = x.type().size(1);
        return apply(
                new NormalizationOp.GroupNorm(groups, eps), x, weight("weight", channels), weight("bias", channels));
    }

    public Node layerNorm(Node x, double eps) {
        long features = x.type().size(-1);
        return apply(new NormalizationOp.LayerNorm(eps), x, weight("weight", features), weight("bias", features));
    }

    public Node attention(Node q, Node k, Node v, boolean causal) {
        double scale = 1 / Math.sqrt((double) q.type().size(-1));
        return apply(new AttentionOp.ScaledDotProductAttention(causal, scale), q, k, v);
    }

    /**
     * Attention with something added to the scores, such as large negative numbers where there is only padding.
     *
     * @param bias broadcasts to [N, heads, L, S]
     */
    public Node attention(Node q, Node k, Node v, Node bias, double scale) {
        return apply(new AttentionOp.ScaledDotProductAttention(false, scale), q, k, v, bias);
    }

    public Node add(Node a, Node b) {
        return apply(new PointwiseOp.Add(), a, b);
    }

    public Node subtract(Node a, Node b) {
        return apply(new PointwiseOp.Subtract(), a, b);
    }

    public Node multiply(Node a, Node b) {
        return apply(new PointwiseOp.Multiply(), a, b);
    }

    /** {@code a + b * c}. */
    public Node multiplyAdd(Node a, Node b, Node c) {
        return apply(new PointwiseOp.MultiplyAdd(), a, b, c);
    }

    public Node divide(Node a, Node b) {
        return apply(new PointwiseOp.Divide(), a, b);
    }

    /** {@code x * factor}; x itself where the factor is 1. */
    public Node scale(Node x, double factor) {
        return factor == 1 ? x : apply(new PointwiseOp.Scale(factor), x);
    }

    /** x in another dtype; x itself where it has it. */
    public Node cast(Node x, DType dtype) {
        return x.type().dtype() == dtype ? x : apply(new PointwiseOp.Cast(dtype), x);
    }

    public Node reshape(Node x, long... shape) {
        return apply(new MovementOp.Reshape(TensorType.of(DType.FP32, shape).shape()), x);
    }

    public Node permute(Node x, Integer... order) {
        return apply(new MovementOp.Permute(List.of(order)), x);
    }

    public Node concat(int dimension, Node... parts) {
        return apply(new MovementOp.Concat(dimension), parts);
    }

    public Node slice(Node x, int dimension, long start, long end) {
        return apply(new MovementOp.Slice(dimension, start, end), x);
    }

    /** Any operation, for those without a method of their own. */
    public Node apply(Op op, Node... arguments) {
        return new Node(op, List.of(arguments), scope);
    }

    /** Names a result of the graph. */
    public void output(String label, Node node) {
        state.outputs().put(label, node);
    }

    public Graph build() {
        return new Graph(state.name(), state.inputs(), state.outputs());
    }

    private String qualified(String child) {
        return scope.isEmpty() ? child : scope + "." + child;
    }
}
