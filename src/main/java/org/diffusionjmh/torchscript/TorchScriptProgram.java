package org.diffusionjmh.torchscript;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.SourceOp;

/**
 * A graph as TorchScript source.
 *
 * @param source the text of the module's class, with {@code bind(weights)} and {@code forward(inputs)}; forward returns a tuple of the
 *     graph's outputs in their order
 * @param bindings the nodes ({@link SourceOp.Weight} and {@link SourceOp.Constant}) whose tensors {@code bind} takes, in order
 */
public record TorchScriptProgram(String source, List<Node> bindings) {
    public TorchScriptProgram {
        bindings = List.copyOf(bindings);
    }

    /** Lowers a graph, one statement per node. */
    public static TorchScriptProgram of(Graph graph) {
        Lowerings lowerings = new Lowerings();
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
        List<String> results = graph.outputs().values().stream().map(names::get).toList();
        return new TorchScriptProgram(header(graph, names, bindings.size()) + body + result(results), bindings);
    }

    private static String header(Graph graph, Map<Node, String> names, int weights) {
        String arguments = graph.inputs().stream()
                .map(input -> ",\n    " + names.get(input) + ": Tensor")
                .collect(Collectors.joining());
        String types = graph.outputs().values().stream().map(output -> "Tensor").collect(Collectors.joining(", "));
        StringBuilder text = new StringBuilder("""
                class %1$s(Module):
                  __parameters__ = []
                  __buffers__ = []
                  training : bool
                  weights : List[Tensor]
                  def bind(self: __torch__.%1$s,
                    weights: List[Tensor]) -> NoneType:
                    self.weights = weights
                    return None
                  def forward(self: __torch__.%1$s%2$s) -> Tuple[%3$s]:
                """.formatted(TorchScriptArchive.CLASS_NAME, arguments, types));
        if (weights > 0) {
            text.append("    ");
            for (int i = 0; i < weights; i++) {
                text.append("w").append(i).append(", ");
            }
            text.append("= self.weights\n");
        }
        return text.toString();
    }

    private static String result(List<String> results) {
        return "    return (" + String.join(", ", results) + (results.size() == 1 ? "," : "") + ")\n";
    }
}
