package org.diffusionjmh.compiler;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.TensorType;
import org.diffusionjmh.libtorch.DeviceTimer;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;

/**
 * Times small graphs of the same inputs on a GPU. Calls are submitted while the GPU is busy with something else, so that they are short and
 * still what is timed; and they go round sets of arguments that do not fit its cache together, as the weights of a network's layers do not.
 */
final class KernelTrial {
    private static final int ROUNDS = 5;
    private static final int CALLS = 20;

    /** Elements of all sets of arguments: 64 MiB of float16, where the cache has 50. More would stay in libtorch's cache of memory. */
    private static final long ELEMENTS = 1L << 25;

    private static final int MOST_SETS = 8;

    private final NDManager manager;
    private final DeviceTimer timer;
    private final List<NDList> arguments;
    private final BusyWork busy;

    private KernelTrial(NDManager manager, List<TensorType> inputs) {
        this.manager = manager;
        this.timer = DeviceTimer.of(manager.getDevice());
        this.arguments = arguments(inputs, manager);
        this.busy = BusyWork.on(manager);
    }

    /**
     * The key of the fastest graph.
     *
     * @param candidates graphs of the same inputs and no weights, in the order in which they are preferred
     */
    static <K> K fastest(Map<K, Graph> candidates, Device device) {
        Map<K, Double> seconds = new LinkedHashMap<>();
        try (NDManager manager = NDManager.newBaseManager(device, "PyTorch")) {
            Map<K, CompiledModule> modules = new LinkedHashMap<>();
            candidates.forEach((key, graph) -> modules.put(key, compile(graph, manager)));
            KernelTrial trial = new KernelTrial(
                    manager, inputs(candidates.values().iterator().next()));
            modules.values().forEach(trial::seconds); // the first calls compile kernels and make plans
            for (int round = 0; round < ROUNDS; round++) {
                modules.forEach((key, module) -> seconds.merge(key, trial.seconds(module), Math::min));
            }
            trial.busy.close();
            modules.values().forEach(CompiledModule::close);
        }
        return seconds.entrySet().stream()
                .min(Map.Entry.comparingByValue())
                .orElseThrow()
                .getKey();
    }

    private double seconds(CompiledModule module) {
        Iterator<NDList> sets =
                Stream.generate(() -> arguments).flatMap(List::stream).iterator();
        return timer.secondsBehind(busy::submit, () -> repeat(CALLS, module, sets::next));
    }

    /** Calls whose results are given up one after the other: the next one writes to the same memory. */
    private void repeat(int calls, CompiledModule module, Supplier<NDList> inputs) {
        for (int i = 0; i < calls; i++) {
            try (NDManager results = manager.newSubManager()) {
                module.run(inputs.get(), results);
            }
        }
    }

    private static CompiledModule compile(Graph graph, NDManager manager) {
        return InterpretedCompiler.none().compile(graph, KernelTrial::none, manager);
    }

    private static List<TensorType> inputs(Graph graph) {
        return graph.inputs().stream().map(Node::type).toList();
    }

    private static List<NDList> arguments(List<TensorType> inputs, NDManager manager) {
        long elements = inputs.stream().mapToLong(TensorType::elements).sum();
        long sets = Math.max(1, Math.min(MOST_SETS, ELEMENTS / elements));
        return Stream.generate(() -> new NDList(
                        inputs.stream().map(type -> random(type, manager)).toList()))
                .limit(sets)
                .toList();
    }

    private static NDArray random(TensorType type, NDManager manager) {
        try (NDArray wide = manager.randomNormal(TensorTypes.shape(type))) {
            return TensorMemory.copy(wide, ScalarType.of(TensorTypes.dataType(type.dtype())), manager);
        }
    }

    private static NDArray none(String key, TensorType type) {
        throw new IllegalStateException("a kernel's trial has no weight " + key + " " + type);
    }
}
