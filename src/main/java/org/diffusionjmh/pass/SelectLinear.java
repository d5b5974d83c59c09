package org.diffusionjmh.pass;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.diffusionjmh.graph.ContractionOp.Linear;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.KernelOp.LinearKernel;
import org.diffusionjmh.graph.MovementOp.Permute;
import org.diffusionjmh.graph.MovementOp.Reshape;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.Op;
import org.diffusionjmh.graph.PointwiseOp.Add;

/**
 * Hands the linear layers of each step to cuBLASLt where the device computes them faster that way, with the residual that is added to
 * their result. The residual may be added to a view of the result: then it is viewed the other way round.
 */
public final class SelectLinear implements Pass {
    private static final int WITH_BIAS = 3;

    private final LinearChoice choice;

    public SelectLinear(LinearChoice choice) {
        this.choice = choice;
    }

    @Override
    public String id() {
        return "select-linear";
    }

    /**
     * A linear layer whose result is added to something.
     *
     * @param add the sum
     * @param residual which of the sum's arguments is not the layer's
     * @param views the views between the layer and the sum, the sum's argument first
     */
    private record Sum(Node add, int residual, List<Node> views) {}

    @Override
    public Rewrite apply(Graph graph) {
        Map<Node, Sum> sums = sums(graph);
        Map<Node, LinearLayer> layers = layers(graph, sums);
        Map<LinearLayer, LinearPlan> plans = choice.plans(new LinkedHashSet<>(layers.values()));
        Map<Node, Node> absorbing = new HashMap<>();
        sums.forEach((linear, sum) -> {
            if (plan(linear, layers, plans).residual()) {
                absorbing.put(sum.add(), linear);
            }
        });
        return Rewrite.of(graph, (node, replaced) -> {
            Node linear = absorbing.getOrDefault(node, node);
            LinearPlan plan = plan(linear, layers, plans);
            boolean absorbed = plan.residual() && linear == node;
            if (plan.algorithm().isEmpty() || absorbed) {
                return Optional.empty();
            }
            LinearKernel kernel = new LinearKernel(plan.algorithm().getAsInt());
            List<Node> arguments =
                    new ArrayList<>(linear.inputs().stream().map(replaced).toList());
            return Optional.of(
                    plan.residual()
                            ? withResidual(kernel, arguments, sums.get(linear), replaced)
                            : new Node(kernel, arguments, linear.scope()));
        });
    }

    private static LinearPlan plan(Node linear, Map<Node, LinearLayer> layers, Map<LinearLayer, LinearPlan> plans) {
        return Optional.ofNullable(layers.get(linear)).map(plans::get).orElse(LinearPlan.LIBTORCH);
    }

    /** The layers of a step, in order. Work on weights, and work of a whole run, is done once: uncaptured, where libtorch is best. */
    private static Map<Node, LinearLayer> layers(Graph graph, Map<Node, Sum> sums) {
        Set<Node> once = WeightFolding.fixed(graph);
        once.addAll(StepSplit.early(graph));
        Set<Node> normed = NormedSum.of(graph).keySet();
        Map<Node, LinearLayer> layers = new LinkedHashMap<>();
        for (Node linear : graph.nodesOf(Linear.class)) {
            if (!once.contains(linear)) {
                LinearLayer.After after = LinearLayer.After.OTHER;
                if (sums.containsKey(linear)) {
                    boolean norm = normed.contains(sums.get(linear).add());
                    after = norm ? LinearLayer.After.NORMED_SUM : LinearLayer.After.SUM;
                }
                layers.put(linear, layer(linear, after));
            }
        }
        return layers;
    }

    private static LinearLayer layer(Node linear, LinearLayer.After after) {
        long in = linear.inputs().get(0).type().size(-1);
        long out = linear.type().size(-1);
        boolean bias = linear.inputs().size() == WITH_BIAS;
        return new LinearLayer(linear.type().dtype(), linear.type().elements() / out, in, out, bias, after);
    }

    /** The sum of each layer whose result, or one view of it, goes into a sum and nowhere else. */
    private static Map<Node, Sum> sums(Graph graph) {
        Uses uses = new Uses(graph);
        Map<Node, Sum> sums = new HashMap<>();
        for (Node add : graph.nodesOf(Add.class)) {
            boolean plain = add.inputs().stream().allMatch(input -> input.type().equals(add.type()));
            for (int i = 0; plain && i < 2; i++) {
                List<Node> views = new ArrayList<>();
                Node linear = add.inputs().get(i);
                while (uses.isSingle(linear) && (linear.op() instanceof Permute || linear.op() instanceof Reshape)) {
                    views.add(linear);
                    linear = linear.inputs().get(0);
                }
                if (uses.isSingle(linear)
                        && linear.op() instanceof Linear
                        && linear.inputs().size() == WITH_BIAS) {
                    sums.put(linear, new Sum(add, 1 - i, views));
                    break; // the other argument is this one's residual
                }
            }
        }
        return sums;
    }

    private static Node withResidual(LinearKernel kernel, List<Node> arguments, Sum sum, UnaryOperator<Node> replaced) {
        Node residual = replaced.apply(sum.add().inputs().get(sum.residual()));
        Deque<Node> views = new ArrayDeque<>();
        for (Node view : sum.views()) {
            residual = new Node(inverse(view), List.of(residual), view.scope());
            views.push(view);
        }
        arguments.add(residual);
        Node result = new Node(kernel, arguments, sum.add().scope());
        for (Node view : views) {
            result = new Node(view.op(), List.of(result), view.scope());
        }
        return result;
    }

    private static Op inverse(Node view) {
        if (view.op() instanceof Permute permute) {
            List<Integer> order = permute.order();
            return new Permute(
                    IntStream.range(0, order.size()).mapToObj(order::indexOf).toList());
        }
        return new Reshape(view.inputs().get(0).type().shape());
    }
}
