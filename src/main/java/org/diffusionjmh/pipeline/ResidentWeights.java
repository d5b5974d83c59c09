package org.diffusionjmh.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.diffusionjmh.compiler.Compiler;
import org.diffusionjmh.compiler.Parameters;
import org.diffusionjmh.compiler.ShapedModules;
import org.diffusionjmh.compiler.TensorTypes;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.TensorType;
import org.diffusionjmh.libtorch.HostScalars;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;
import org.diffusionjmh.lora.LowRankUpdate;
import org.diffusionjmh.source.ModelFiles;

/**
 * A component's weights on the device, each of which serves all modules that ask for it, and the values that modules computed from them.
 *
 * <p>LoRAs can be fused into them. The updates are added to the model's own weights, so that nothing of the LoRAs before is left: a CPU
 * loads those again, a GPU keeps them beside as long as LoRAs are in force. On a GPU new values overwrite the old ones, since captured
 * CUDA graphs read from there; on a CPU they take their place, since the old ones may stand on a file.
 */
final class ResidentWeights implements Parameters, AutoCloseable {
    private final String component;
    private final ModelFiles.Weights source;
    private final NDManager manager;
    private final HostScalars scalars;
    private final Map<Use, NDArray> resident = new HashMap<>();
    private final Map<Use, NDArray> originals = new HashMap<>();
    private final Map<String, Derived> derived = new HashMap<>();
    private final List<ShapedModules<?>> users = new ArrayList<>();

    private Map<String, List<LowRankUpdate>> updates = Map.of();

    private record Use(String key, TensorType type) {}

    /** A value computed from weights, which are named, and whether it is of the weights as they are now. */
    private record Derived(NDArray value, Set<String> weights, boolean current) {}

    /**
     * @param component the network's name, for example {@code unet}
     * @param source where the weights come from; closed with this
     * @param parent its device is where the weights reside
     */
    ResidentWeights(String component, ModelFiles.Weights source, NDManager parent) {
        this.component = component;
        this.source = source;
        this.manager = parent.newSubManager();
        this.scalars = new HostScalars(manager);
    }

    String component() {
        return component;
    }

    /** Modules of these weights, which follow when LoRAs are fused. They are closed before the weights. */
    <S extends Record> ShapedModules<S> modules(Function<S, Graph> graphs, Compiler compiler) {
        ShapedModules<S> modules = new ShapedModules<>(graphs, compiler, this, manager);
        users.add(modules);
        return modules;
    }

    /**
     * Makes the weights those of the model with updates added, in place of what was added before.
     *
     * @param wanted by weight; what they read from is open as long as they are in force
     */
    void fuse(Map<String, List<LowRankUpdate>> wanted) {
        Set<String> changed = new HashSet<>(updates.keySet());
        changed.addAll(wanted.keySet());
        updates = wanted;
        resident.replaceAll((use, old) -> changed.contains(use.key()) ? renewed(use, old) : old);
        derived.replaceAll((expression, old) -> new Derived(
                old.value(),
                old.weights(),
                old.current() && old.weights().stream().noneMatch(changed::contains)));
        if (!changed.isEmpty()) {
            users.forEach(ShapedModules::rebind);
        }
        originals.entrySet().removeIf(entry -> {
            boolean plain = added(entry.getKey()).isEmpty();
            if (plain) {
                entry.getValue().close();
            }
            return plain;
        });
    }

    private List<LowRankUpdate> added(Use use) {
        return updates.getOrDefault(use.key(), List.of());
    }

    /** The tensor to use instead of a weight as it was: another, or the old one with the new values. */
    private NDArray renewed(Use use, NDArray old) {
        if (!manager.getDevice().isGpu()) {
            old.close();
            return load(use);
        }
        try (NDManager scope = manager.newSubManager()) {
            TensorMemory.copyInto(old, value(use, scope));
        }
        return old;
    }

    /** The tensor to use instead of an old one: the new one, or the old one with the new values. */
    private NDArray replaced(NDArray old, NDArray value) {
        if (!manager.getDevice().isGpu()) {
            old.close();
            return value;
        }
        TensorMemory.copyInto(old, value);
        value.close();
        return old;
    }

    private NDArray load(Use use) {
        if (added(use).isEmpty()) {
            NDArray kept = originals.remove(use);
            return writable(kept == null ? base(use, manager) : kept);
        }
        try (NDManager scope = manager.newSubManager()) {
            return TensorMemory.as(
                    value(use, scope),
                    ScalarType.of(TensorTypes.dataType(use.type().dtype())),
                    manager);
        }
    }

    /** The model's weight with the updates added, in FP32 if there are any. */
    private NDArray value(Use use, NDManager scope) {
        NDArray base = original(use, scope);
        if (added(use).isEmpty()) {
            return base;
        }
        NDArray sum = TensorMemory.copy(base, ScalarType.FLOAT32, scope);
        added(use).forEach(update -> update.addTo(sum, scalars));
        return sum;
    }

    /** The model's own weight, which a GPU keeps while there are updates. */
    private NDArray original(Use use, NDManager scope) {
        NDArray kept = originals.get(use);
        if (kept != null) {
            return kept;
        }
        if (!manager.getDevice().isGpu() || added(use).isEmpty()) {
            return base(use, scope);
        }
        NDArray loaded = base(use, manager);
        originals.put(use, loaded);
        return loaded;
    }

    private NDArray base(Use use, NDManager owner) {
        Shape shape = TensorTypes.shape(use.type());
        return source.load(
                use.key(), shape, owner, TensorTypes.dataType(use.type().dtype()));
    }

    @Override
    public NDArray get(String key, TensorType type) {
        return resident.computeIfAbsent(new Use(key, type), this::load);
    }

    @Override
    public Optional<NDArray> derived(String expression) {
        return Optional.ofNullable(derived.get(expression))
                .filter(Derived::current)
                .map(Derived::value);
    }

    @Override
    public NDArray keep(String expression, Set<String> weights, NDArray value) {
        Derived old = derived.get(expression);
        NDArray kept = old == null ? writable(value) : replaced(old.value(), value);
        kept.attach(manager);
        derived.put(expression, new Derived(kept, weights, true));
        return kept;
    }

    /** libtorch lets nobody overwrite what a module has computed, made-up weights included; a GPU's values have to be, later. */
    private NDArray writable(NDArray value) {
        return manager.getDevice().isGpu() && TensorMemory.isDense(value)
                ? TensorMemory.writable(value, manager)
                : value;
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
        scalars.close();
        manager.close();
        source.close();
    }
}
