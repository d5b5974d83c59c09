package org.diffusionjmh.torchscript;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.SourceOp;

/**
 * A graph as TorchScript source.
 *
 * @param source the text of the module's class, with {@code bind(weights)} and {@code forward(inputs)}, or, for any size, with {@code
 *     forward(weights, sizes, inputs)} alone; forward returns a tuple of the graph's outputs in their order
 * @param bindings the nodes ({@link SourceOp.Weight} and {@link SourceOp.Constant}) whose tensors are the weights, in order
 * @param sizes what a program for any size takes as {@code sizes}, a list of lists of integers
 */
public record TorchScriptProgram(String source, List<Node> bindings, List<List<Long>> sizes) {
    public TorchScriptProgram {
        bindings = List.copyOf(bindings);
        sizes = List.copyOf(sizes);
    }

    /** Lowers a graph, one statement per node. */
    public static TorchScriptProgram of(Graph graph) {
        return of(graph, Sizes.literal());
    }

    /**
     * Lowers a graph to a program without sizes in its text. Graphs of a network that differ in nothing else have the same text, and one
     * module of it serves them all, since it has no state.
     */
    public static TorchScriptProgram ofAnySize(Graph graph) {
        return of(graph, Sizes.arguments());
    }

    private static TorchScriptProgram of(Graph graph, Sizes sizes) {
        Lowerings lowerings = new Lowerings(sizes);
        Map<Node, String> names = new HashMap<>();
        List<Node> bindings = new ArrayList<>();
        StringBuilder body = new StringBuilder();
        for (Node node : graph.nodes()) {
            if (node.op() instanceof SourceOp.Input) {
                names.put(node, "x" + names.size());
            } else if (node.op() instanceof SourceOp) {
                names.put(node, "w" + bindings.size());
                bindings.add(node);
            } else {
                String name = "v" + names.size();
                List<String> arguments = node.inputs().stream().map(names::get).toList();
                body.append("    %s = %s\n".formatted(name, lowerings.expression(node, arguments)));
                names.put(node, name);
            }
        }
        String arguments = graph.inputs().stream()
                .map(input -> ",\n    " + names.get(input) + ": Tensor")
                .collect(Collectors.joining());
        String types = graph.outputs().values().stream().map(output -> "Tensor").collect(Collectors.joining(", "));
        String source = (sizes.areArguments() ? headerOfAnySize(arguments, types) : header(arguments, types))
                + unpacked("w", bindings.size(), sizes.areArguments() ? "weights" : "self.weights")
                + unpacked(Sizes.PREFIX, sizes.values().size(), "sizes")
                + body
                + result(graph.outputs().values().stream().map(names::get).toList());
        return new TorchScriptProgram(source, bindings, sizes.values());
    }

    private static String header(String arguments, String types) {
        return TorchScriptArchive.CLASS_HEAD + """
                  def bind(self: __torch__.%1$s,
                    weights: List[Tensor]) -> NoneType:
                    self.weights = weights
                    return None
                  def forward(self: __torch__.%1$s%2$s) -> Tuple[%3$s]:
                """.formatted(TorchScriptArchive.CLASS_NAME, arguments, types);
    }

    private static String headerOfAnySize(String arguments, String types) {
        return TorchScriptArchive.CLASS_HEAD + """
                  def forward(self: __torch__.%1$s,
                    weights: List[Tensor],
                    sizes: List[List[int]]%2$s) -> Tuple[%3$s]:
                """.formatted(TorchScriptArchive.CLASS_NAME, arguments, types);
    }

    /** The statement that gives the elements of a list their names. */
    private static String unpacked(String prefix, int count, String list) {
        String names =
                IntStream.range(0, count).mapToObj(i -> prefix + i + ", ").collect(Collectors.joining());
        return count == 0 ? "" : "    " + names + "= " + list + "\n";
    }

    private static String result(List<String> results) {
        return "    return (" + String.join(", ", results) + (results.size() == 1 ? "," : "") + ")\n";
    }
}
