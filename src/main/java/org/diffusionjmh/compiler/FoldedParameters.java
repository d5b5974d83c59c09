package org.diffusionjmh.compiler;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.SourceOp;
import org.diffusionjmh.graph.TensorType;
import org.diffusionjmh.pass.WeightFolding;

/** A network's weights and the values that were folded from them, each computed once for all modules. */
final class FoldedParameters implements Parameters {
    /** Results computed in one go: enough to make the calls few, little enough that what they are made of can be freed in between. */
    private static final long BATCH_BYTES = 64L << 20;

    private final WeightFolding folding;
    private final Parameters plain;
    private final NDManager manager;
    private final Map<String, NDArray> values = new HashMap<>();

    /**
     * @param plain the weights
     * @param manager owner of the values that the plain parameters do not keep
     */
    FoldedParameters(WeightFolding folding, Parameters plain, NDManager manager) {
        this.folding = folding;
        this.plain = plain;
        this.manager = manager;
    }

    /**
     * Computes the values that the plain parameters have not kept, and lets go of the weights that only these took. To be called before
     * the first use, and again when weights have changed.
     */
    void compute() {
        Set<String> taken = weights(folding.main());
        Map<String, Node> batch = new LinkedHashMap<>();
        long bytes = 0;
        for (Map.Entry<String, Node> entry : folding.folded().entrySet()) {
            String expression = entry.getKey();
            Optional<NDArray> kept = plain.derived(expression);
            if (kept.isPresent()) {
                values.put(expression, kept.get());
                continue;
            }
            TensorType type = entry.getValue().type();
            batch.put(expression, entry.getValue());
            bytes += type.elements() * type.dtype().bytes();
            if (bytes > BATCH_BYTES) {
                compute(batch, taken);
                batch.clear();
                bytes = 0;
            }
        }
        compute(batch, taken);
    }

    private void compute(Map<String, Node> expressions, Set<String> taken) {
        if (expressions.isEmpty()) {
            return;
        }
        Graph graph = new Graph("weights", List.of(), expressions);
        try (CompiledModule module = InterpretedCompiler.none().compile(graph, plain, manager)) {
            NDList results = module.run(new NDList(), manager);
            Iterator<NDArray> result = results.iterator();
            expressions.forEach((expression, node) -> put(expression, node, result.next()));
        }
        weights(graph).stream().filter(key -> !taken.contains(key)).forEach(plain::release);
    }

    private void put(String expression, Node node, NDArray value) {
        Set<String> sources = weights(new Graph("weights", List.of(), Map.of(expression, node)));
        values.put(expression, plain.keep(expression, sources, value));
    }

    private static Set<String> weights(Graph graph) {
        return graph.nodesOf(SourceOp.Weight.class).stream()
                .map(node -> ((SourceOp.Weight) node.op()).key())
                .collect(Collectors.toSet());
    }

    @Override
    public NDArray get(String key, TensorType type) {
        NDArray value = values.get(key);
        return value != null ? value : plain.get(key, type);
    }
}
