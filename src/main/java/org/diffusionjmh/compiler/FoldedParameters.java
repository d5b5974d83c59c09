package org.diffusionjmh.compiler;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    private final Parameters plain;
    private final Map<String, NDArray> values = new HashMap<>();

    private FoldedParameters(Parameters plain) {
        this.plain = plain;
    }

    /**
     * Computes what is not known yet, and lets go of the weights that only folded values took.
     *
     * @param manager owner of the values that the plain parameters do not keep
     */
    static FoldedParameters of(WeightFolding folding, Parameters plain, NDManager manager) {
        FoldedParameters folded = new FoldedParameters(plain);
        Set<String> taken = weights(folding.main());
        Map<String, Node> batch = new LinkedHashMap<>();
        long bytes = 0;
        for (Map.Entry<String, Node> entry : folding.folded().entrySet()) {
            String expression = entry.getKey();
            plain.derived(expression).ifPresent(value -> folded.values.put(expression, value));
            if (folded.values.containsKey(expression)) {
                continue;
            }
            TensorType type = entry.getValue().type();
            batch.put(expression, entry.getValue());
            bytes += type.elements() * type.dtype().bytes();
            if (bytes > BATCH_BYTES) {
                folded.compute(batch, taken, manager);
                batch.clear();
                bytes = 0;
            }
        }
        folded.compute(batch, taken, manager);
        return folded;
    }

    private void compute(Map<String, Node> expressions, Set<String> taken, NDManager manager) {
        if (expressions.isEmpty()) {
            return;
        }
        Graph graph = new Graph("weights", List.of(), expressions);
        try (CompiledModule module = InterpretedCompiler.none().compile(graph, plain, manager)) {
            NDList results = module.run(new NDList(), manager);
            List<String> keys = new ArrayList<>(expressions.keySet());
            for (int i = 0; i < keys.size(); i++) {
                values.put(keys.get(i), results.get(i));
                plain.keep(keys.get(i), results.get(i));
            }
        }
        weights(graph).stream().filter(key -> !taken.contains(key)).forEach(plain::release);
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
