package org.diffusionjmh.pass;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.MovementOp;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.SourceOp;
import org.diffusionjmh.graph.SourceOp.Pace;

/**
 * A graph in parts, by how often they are computed. In a U-Net the first part is mainly the keys and values of the text for all
 * cross-attention layers, the second the embedding of the time with its projections for all residual blocks.
 *
 * @param perRun takes the {@linkplain Pace#RUN per-run} inputs; its outputs are the values that the other parts need
 * @param scheduled takes the {@linkplain Pace#SCHEDULED scheduled} inputs, and of the per-run inputs and the outputs of {@code perRun}
 *     those that it needs; its outputs are the values that a step needs. This is the graph for one step; {@link #tables} is the one for
 *     all steps of a run
 * @param perStep takes those of the graph's inputs that a step needs itself, in their order, then the outputs of {@code perRun}, then
 *     those of {@code scheduled}; inputs have the names of the outputs they take
 */
public record StepSplit(Graph perRun, Graph scheduled, Graph perStep) {
    private static final String PER_RUN = "per_run.";
    private static final String SCHEDULED = "scheduled.";

    /** Splits a graph; empty if it has no scheduled inputs, and nothing that is worth keeping over the steps. */
    public static Optional<StepSplit> of(Graph graph) {
        Cut first = Cut.perRun(graph, constant(graph));
        Cut second = Cut.scheduled(first.late(), foreseen(first.late()));
        boolean isWhole = first.early().isEmpty() && graph.inputs().stream().noneMatch(hasPace(Pace.SCHEDULED));
        if (isWhole) {
            return Optional.empty();
        }
        List<Node> runInputs = graph.inputs().stream().filter(hasPace(Pace.RUN)).toList();
        Graph perRun = new Graph(graph.name() + "_per_run", runInputs, first.early());
        List<Node> earlyInputs = first.late().inputs().stream()
                .filter(hasPace(Pace.CALL).negate())
                .toList();
        Graph scheduled =
                withUsed(new Graph(graph.name() + "_scheduled", earlyInputs, second.early()), hasPace(Pace.SCHEDULED));
        return Optional.of(new StepSplit(perRun, scheduled, withUsed(second.late(), hasPace(Pace.CALL))));
    }

    /**
     * {@link #scheduled} for all steps of a run at once: takes scheduled inputs as tables {@code [steps, ...]}, and gives such tables.
     *
     * @param steps of the run
     */
    public Graph tables(long steps) {
        return Tabulation.of(scheduled, steps);
    }

    /** All nodes that are computed once per run, for one step or for all: they depend on no input that changes from call to call. */
    static Set<Node> early(Graph graph) {
        Set<Node> early = constant(graph);
        early.addAll(foreseen(graph));
        return early;
    }

    private static Predicate<Node> hasPace(Pace pace) {
        return node -> node.op() instanceof SourceOp.Input input && input.pace() == pace;
    }

    /** All nodes that depend on per-run inputs, and on no others. */
    private static Set<Node> constant(Graph graph) {
        Set<Node> constant = dependentOn(graph, hasPace(Pace.RUN));
        constant.removeAll(dependentOn(graph, hasPace(Pace.CALL).or(hasPace(Pace.SCHEDULED))));
        return constant;
    }

    private static Set<Node> dependentOn(Graph graph, Predicate<Node> inputs) {
        Set<Node> dependent = new HashSet<>();
        for (Node node : graph.nodes()) {
            if (inputs.test(node) || node.inputs().stream().anyMatch(dependent::contains)) {
                dependent.add(node);
            }
        }
        return dependent;
    }

    /** All nodes that depend on scheduled inputs but on none that changes from call to call, and that can be computed for all steps. */
    private static Set<Node> foreseen(Graph graph) {
        Set<Node> foreseen = new HashSet<>();
        Set<Node> late = new HashSet<>();
        for (Node node : graph.nodes()) {
            boolean ofRow = node.inputs().stream().anyMatch(foreseen::contains);
            boolean isLate = hasPace(Pace.CALL).test(node)
                    || node.inputs().stream().anyMatch(late::contains)
                    || (ofRow && !Tabulation.applies(node, foreseen::contains));
            if (isLate) {
                late.add(node);
            } else if (ofRow || hasPace(Pace.SCHEDULED).test(node)) {
                foreseen.add(node);
            }
        }
        return foreseen;
    }

    /**
     * A graph cut in two.
     *
     * @param early the values that are computed before, by the names under which the second part takes them
     * @param late the second part; it declares all inputs of the whole, and those values
     */
    private record Cut(Map<String, Node> early, Graph late) {
        /** Each value on its own, for as long as a run. */
        static Cut perRun(Graph graph, Set<Node> before) {
            Map<String, Node> early = new LinkedHashMap<>();
            Map<Node, Node> arguments = new LinkedHashMap<>();
            List<Node> inputs = new ArrayList<>(graph.inputs());
            for (Node node : boundary(graph, before)) {
                Node input = input(PER_RUN + early.size(), node, Pace.RUN);
                early.put(PER_RUN + early.size(), node);
                arguments.put(node, input);
                inputs.add(input);
            }
            return new Cut(early, replaced(graph, inputs, arguments));
        }

        /** All values of a type in one row, since each step takes another. */
        static Cut scheduled(Graph graph, Set<Node> before) {
            Map<DType, List<Node>> groups = boundary(graph, before).stream()
                    .collect(Collectors.groupingBy(node -> node.type().dtype(), TreeMap::new, Collectors.toList()));
            Map<String, Node> early = new LinkedHashMap<>();
            Map<Node, Node> arguments = new LinkedHashMap<>();
            List<Node> inputs = new ArrayList<>(graph.inputs());
            groups.values().forEach(group -> {
                Node packed = group.size() == 1 ? group.get(0) : packed(group);
                Node input = input(SCHEDULED + early.size(), packed, Pace.CALL);
                early.put(SCHEDULED + early.size(), packed);
                inputs.add(input);
                if (group.size() == 1) {
                    arguments.put(packed, input);
                } else {
                    putParts(group, input, arguments);
                }
            });
            return new Cut(early, replaced(graph, inputs, arguments));
        }

        private static Node input(String label, Node value, Pace pace) {
            return new Node(new SourceOp.Input(label, value.type(), pace), List.of(), value.scope());
        }

        private static Node packed(List<Node> values) {
            List<Node> rows = values.stream()
                    .map(value -> new Node(
                            new MovementOp.Reshape(List.of(value.type().elements())), List.of(value), value.scope()))
                    .toList();
            return new Node(new MovementOp.Concat(0), rows, "");
        }

        private static void putParts(List<Node> values, Node packed, Map<Node, Node> parts) {
            long start = 0;
            for (Node value : values) {
                long end = start + value.type().elements();
                Node slice = new Node(new MovementOp.Slice(0, start, end), List.of(packed), value.scope());
                parts.put(value, new Node(new MovementOp.Reshape(value.type().shape()), List.of(slice), value.scope()));
                start = end;
            }
        }

        private static Graph replaced(Graph graph, List<Node> inputs, Map<Node, Node> arguments) {
            Graph declared = new Graph(graph.name(), inputs, graph.outputs());
            return Rewrite.of(declared, (node, replaced) -> Optional.ofNullable(arguments.get(node)))
                    .graph();
        }
    }

    /** Computed early values that a later node takes. Views are left to the step: they cost nothing, and several may share one value. */
    private static Set<Node> boundary(Graph graph, Set<Node> early) {
        Stream<Node> taken = Stream.concat(
                graph.outputs().values().stream(),
                graph.nodes().stream().filter(node -> !early.contains(node)).flatMap(node -> node.inputs().stream()));
        Set<Node> boundary = new LinkedHashSet<>();
        taken.filter(early::contains)
                .map(StepSplit::viewed)
                .filter(node -> !(node.op() instanceof SourceOp))
                .forEach(boundary::add);
        return boundary;
    }

    private static Node viewed(Node node) {
        Node current = node;
        while (current.op() instanceof MovementOp.Slice
                || current.op() instanceof MovementOp.Reshape
                || current.op() instanceof MovementOp.Permute
                || current.op() instanceof MovementOp.Expand) {
            current = current.inputs().get(0);
        }
        return current;
    }

    /** A graph without the inputs that it does not use, some excepted. */
    private static Graph withUsed(Graph graph, Predicate<Node> always) {
        Uses uses = new Uses(graph);
        List<Node> inputs = graph.inputs().stream()
                .filter(input -> always.test(input) || uses.isUsed(input))
                .toList();
        return new Graph(graph.name(), inputs, graph.outputs());
    }
}
