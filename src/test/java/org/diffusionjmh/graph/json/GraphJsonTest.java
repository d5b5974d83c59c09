package org.diffusionjmh.graph.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.Op;
import org.diffusionjmh.graph.PointwiseOp;

class GraphJsonTest {
    private static final GraphJson<Graph> GRAPHS = new GraphJson<>(Graph.class);

    @Provide
    Arbitrary<Graph> graphs() {
        return Arbitraries.randomValue(random -> new RandomGraphs(random).graph());
    }

    /** All there is to a graph: two of the same structure are the same network. */
    private record Structure(String name, List<Place> nodes, List<Integer> inputs, Map<String, Integer> outputs) {
        private record Place(Op op, List<Integer> inputs, String scope) {}

        static Structure of(Graph graph) {
            List<Node> nodes = graph.nodes();
            Map<String, Integer> outputs = new LinkedHashMap<>();
            graph.outputs().forEach((label, node) -> outputs.put(label, nodes.indexOf(node)));
            return new Structure(
                    graph.name(),
                    nodes.stream()
                            .map(node -> new Place(node.op(), places(nodes, node.inputs()), node.scope()))
                            .toList(),
                    places(nodes, graph.inputs()),
                    outputs);
        }

        private static List<Integer> places(List<Node> nodes, List<Node> some) {
            return some.stream().map(nodes::indexOf).toList();
        }
    }

    @Property(tries = 300)
    void aGraphIsReadAsItWasWritten(@ForAll("graphs") Graph graph) {
        Graph read = GRAPHS.read(GRAPHS.write(graph));
        assertEquals(Structure.of(graph), Structure.of(read));
        assertEquals(
                List.copyOf(graph.outputs().keySet()),
                List.copyOf(read.outputs().keySet()));
        assertEquals(GRAPHS.write(graph), GRAPHS.write(read));
    }

    /** A new operation is covered here without further ado, or fails because its components are of a new kind. */
    @Property(tries = 50)
    void everyOperationIsReadAsItWasWritten(@ForAll long seed) throws IOException {
        RandomGraphs random = new RandomGraphs(new Random(seed));
        Codec<Op> codec = new Codecs(new NodeTable()).of(Op.class);
        for (Class<?> kind : RandomGraphs.operations()) {
            Op op = random.operation(kind);
            StringWriter text = new StringWriter();
            codec.write(new JsonWriter(text), op);
            assertEquals(op, codec.read(new JsonReader(new StringReader(text.toString()))), text::toString);
        }
    }

    /** What is cut off is refused, whatever is changed is read as some graph or refused: nothing else is thrown. */
    @Property(tries = 300)
    void aDamagedTextIsReadOrRefused(
            @ForAll("graphs") Graph graph, @ForAll @IntRange(max = 100_000) int position, @ForAll char other) {
        String text = GRAPHS.write(graph);
        int at = position % text.length();
        assertThrows(IllegalArgumentException.class, () -> GRAPHS.read(text.substring(0, at)));
        try {
            GRAPHS.read(text.substring(0, at) + other + text.substring(at + 1));
        } catch (IllegalArgumentException refused) {
            assertTrue(refused.getMessage().startsWith("no document of Graph: "), refused.getMessage());
        }
    }

    private record Pair(Graph first, Optional<Graph> second, Map<String, Node> nodes) {}

    /** Graphs of one document share nodes as before, so that an input of one can be found in the other. */
    @Example
    void sharedNodesAreSharedAgain() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, 3);
        Node y = b.apply(new PointwiseOp.Silu(), x);
        Graph first = new Graph("first", List.of(x), Map.of("y", y));
        Graph second = new Graph("second", List.of(x), Map.of("z", b.add(y, x)));
        GraphJson<Pair> json = new GraphJson<>(Pair.class);
        Pair read = json.read(json.write(new Pair(first, Optional.of(second), Map.of("y", y))));
        assertSame(read.first().inputs().get(0), read.second().get().inputs().get(0));
        assertSame(read.first().outputs().get("y"), read.nodes().get("y"));
        assertSame(
                read.first().outputs().get("y"),
                read.second().get().outputs().get("z").inputs().get(0));
    }

    /** A chain is as long as a network is deep: nothing recurses over it. */
    @Example
    void depthIsNoLimit() {
        GraphBuilder b = new GraphBuilder("deep", DType.FP32);
        Node x = b.input("x", DType.FP32, 1);
        for (int i = 0; i < 50_000; i++) {
            x = b.apply(new PointwiseOp.Relu(), x);
        }
        b.output("y", x);
        Graph deep = b.build();
        assertEquals(
                deep.nodes().size(), GRAPHS.read(GRAPHS.write(deep)).nodes().size());
    }

    private record Unknown(Thread thread) {}

    @Example
    void aTypeThatCannotBeWrittenIsNamed() {
        String message = assertThrows(IllegalArgumentException.class, () -> new GraphJson<>(Unknown.class)
                        .write(new Unknown(Thread.currentThread())))
                .getMessage();
        assertTrue(message.contains("java.lang.Thread"), message);
    }
}
