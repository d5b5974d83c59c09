package org.diffusionjmh.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** An immutable network: what it takes, what it gives, and the nodes in between in an order of evaluation. */
public final class Graph {
    private final String name;
    private final List<Node> inputs;
    private final Map<String, Node> outputs;
    private final List<Node> nodes;

    /**
     * @param name what the network is, for messages and for the program's archive
     * @param inputs nodes of {@link SourceOp.Input}, in the order of the compiled module's arguments, used or not
     * @param outputs results by name, in order
     */
    public Graph(String name, List<Node> inputs, Map<String, Node> outputs) {
        this.name = name;
        this.inputs = List.copyOf(inputs);
        this.outputs = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
        this.nodes = List.copyOf(order(inputs, outputs.values()));
        GraphVerifier.verify(this);
    }

    public String name() {
        return name;
    }

    public List<Node> inputs() {
        return inputs;
    }

    public Map<String, Node> outputs() {
        return outputs;
    }

    /** All nodes that the outputs need and all inputs; each stands after what it takes. */
    public List<Node> nodes() {
        return nodes;
    }

    /** The nodes whose operation is of one kind, in order. */
    public <T extends Op> List<Node> nodesOf(Class<T> kind) {
        return nodes.stream().filter(node -> kind.isInstance(node.op())).toList();
    }

    /** Types of the inputs, in order. */
    public List<TensorType> inputTypes() {
        return inputs.stream().map(Node::type).toList();
    }

    /**
     * A graph in which nodes are replaced by others. The function sees each node with its inputs already replaced and returns the node
     * to use for it, itself where nothing changes.
     *
     * @return this graph if nothing changed
     */
    public Graph rewrite(Function<Node, Node> replacement) {
        Map<String, Node> newOutputs = outputs(replacement);
        return newOutputs.equals(outputs) ? this : new Graph(name, inputs, newOutputs);
    }

    /**
     * The outputs where nodes are replaced by others, inputs too: for a graph that contains this one. The function is as for {@link
     * #rewrite}.
     */
    public Map<String, Node> outputs(Function<Node, Node> replacement) {
        Map<Node, Node> replaced = new HashMap<>();
        for (Node node : nodes) {
            List<Node> newInputs = node.inputs().stream().map(replaced::get).toList();
            Node current = newInputs.equals(node.inputs()) ? node : new Node(node.op(), newInputs, node.scope());
            replaced.put(node, replacement.apply(current));
        }
        Map<String, Node> newOutputs = new LinkedHashMap<>();
        outputs.forEach((label, node) -> newOutputs.put(label, replaced.get(node)));
        return newOutputs;
    }

    private static List<Node> order(List<Node> inputs, Iterable<Node> roots) {
        Set<Node> done = new LinkedHashSet<>(inputs);
        Deque<Node> pending = new ArrayDeque<>();
        for (Node root : roots) {
            pending.push(root);
            while (!pending.isEmpty()) {
                Node node = pending.peek();
                List<Node> missing = new ArrayList<>(node.inputs());
                missing.removeIf(done::contains);
                if (missing.isEmpty()) {
                    done.add(pending.pop());
                } else {
                    for (int i = missing.size() - 1; i >= 0; i--) {
                        pending.push(missing.get(i));
                    }
                }
            }
        }
        return List.copyOf(done);
    }
}
