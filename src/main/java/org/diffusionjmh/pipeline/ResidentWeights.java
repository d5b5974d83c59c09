package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.diffusionjmh.compiler.Parameters;
import org.diffusionjmh.compiler.TensorTypes;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.SourceOp;
import org.diffusionjmh.graph.TensorType;
import org.diffusionjmh.source.ModelFiles;

/** A component's weights on the device: each serves all modules that ask for it. */
final class ResidentWeights implements Parameters, AutoCloseable {
    private final ModelFiles.Weights source;
    private final NDManager manager;
    private final Map<Use, NDArray> resident = new HashMap<>();
    private final Map<String, NDArray> derived = new HashMap<>();

    private record Use(String key, TensorType type) {}

    /**
     * @param source where the weights come from; closed with this
     * @param parent its device is where the weights reside
     */
    ResidentWeights(ModelFiles.Weights source, NDManager parent) {
        this.source = source;
        this.manager = parent.newSubManager();
    }

    /** Loads all weights of a graph now, so that the first call does not. */
    void load(Graph graph) {
        for (Node node : graph.nodesOf(SourceOp.Weight.class)) {
            get(((SourceOp.Weight) node.op()).key(), node.type());
        }
    }

    @Override
    public NDArray get(String key, TensorType type) {
        return resident.computeIfAbsent(
                new Use(key, type),
                use -> source.load(key, TensorTypes.shape(type), manager, TensorTypes.dataType(type.dtype())));
    }

    @Override
    public Optional<NDArray> derived(String expression) {
        return Optional.ofNullable(derived.get(expression));
    }

    @Override
    public void keep(String expression, NDArray value) {
        value.attach(manager);
        derived.put(expression, value);
    }

    /** Frees the weight; modules that have bound it keep it alive. */
    @Override
    public void release(String key) {
        resident.entrySet().removeIf(entry -> {
            boolean released = entry.getKey().key().equals(key);
            if (released) {
                entry.getValue().close();
            }
            return released;
        });
    }

    @Override
    public void close() {
        manager.close();
        source.close();
    }
}
