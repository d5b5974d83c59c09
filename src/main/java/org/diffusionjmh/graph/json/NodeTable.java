package org.diffusionjmh.graph.json;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.Op;

/** The nodes of a document by their numbers, so that what shares a node on one side shares it on the other. */
final class NodeTable {
    private final List<Node> nodes = new ArrayList<>();
    private final Map<Node, Integer> numbers = new HashMap<>();

    /** The number of a node. What it takes has smaller ones. */
    int number(Node node) {
        Deque<Node> pending = new ArrayDeque<>(List.of(node));
        while (!pending.isEmpty()) {
            Node next = pending.peek();
            List<Node> missing = next.inputs().stream()
                    .filter(input -> !numbers.containsKey(input))
                    .toList();
            if (missing.isEmpty()) {
                pending.pop();
                if (numbers.putIfAbsent(next, nodes.size()) == null) {
                    nodes.add(next);
                }
            } else {
                missing.forEach(pending::push);
            }
        }
        return numbers.get(node);
    }

    /**
     * The node of a number.
     *
     * @throws IllegalArgumentException if there is none yet
     */
    Node node(int number) {
        if (number < 0 || number >= nodes.size()) {
            throw new IllegalArgumentException("node " + number + " of " + nodes.size());
        }
        return nodes.get(number);
    }

    /** Writes all nodes that have a number. */
    void write(JsonWriter out, Codec<Op> ops) throws IOException {
        out.beginArray();
        for (Node node : nodes) {
            out.beginArray();
            ops.write(out, node.op());
            for (Node input : node.inputs()) {
                out.value(numbers.get(input));
            }
            out.value(node.scope());
            out.endArray();
        }
        out.endArray();
    }

    /** Reads all nodes. */
    void read(JsonReader in, Codec<Op> ops) throws IOException {
        in.beginArray();
        while (in.hasNext()) {
            in.beginArray();
            Op op = ops.read(in);
            List<Node> inputs = new ArrayList<>();
            while (in.peek() == JsonToken.NUMBER) {
                inputs.add(node(in.nextInt()));
            }
            nodes.add(new Node(op, inputs, in.nextString()));
            in.endArray();
        }
        in.endArray();
    }
}
