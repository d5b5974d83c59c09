package org.diffusionjmh.compiler;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.TensorType;

/**
 * Finds the fastest of small graphs on a GPU, for one set of candidates after the other. All candidates of a set are called twice; the
 * best two are called more often, unless one of them is much faster than the other. Nothing is captured: closing captured graphs empties
 * libtorch's cache of memory, and with it the memory of those that a network has already.
 */
final class KernelTrial implements AutoCloseable {
    private static final int FIRST_CALLS = 2;
    private static final int FINAL_CALLS = 5;
    private static final int FINAL_ROUNDS = 2;
    private static final int FINALISTS = 2;

    /** Times the best one's, that a finalist takes at most: two calls tell as much. */
    private static final double CLOSE = 1.15;

    /** Of the calls of a candidate in a row, unless one call takes longer. */
    private static final double MOST_SECONDS = 2e-3;

    /** Of a preferred candidate's time, above which another one is not worth leaving it. */
    private static final double NOTICEABLE = 0.99;

    private final NDManager manager;
    private final Compiler compiler;
    private final TrialClock clock;
    private final TrialArguments arguments;
    private final List<CompiledModule> modules = new ArrayList<>(); // open, so that the programs stay loaded

    /**
     * @param manager owner of what the candidates are called with, of the device they run on; closed with this
     * @param clock closed with this
     */
    KernelTrial(NDManager manager, Compiler compiler, TrialClock clock) {
        this.manager = manager;
        this.compiler = compiler;
        this.clock = clock;
        this.arguments = new TrialArguments(manager);
    }

    /** Trials on a GPU. */
    static KernelTrial open(Device device) {
        NDManager manager = NDManager.newBaseManager(device, "PyTorch");
        try {
            return new KernelTrial(manager, new DynamicCompiler(CompileJournal.silent()), BusyClock.on(manager));
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /**
     * The key of the fastest graph, where all can be computed.
     *
     * @param candidates at least one; otherwise as {@link #fastest(Map, Consumer)} takes them
     * @throws RuntimeException why the first that cannot be computed cannot
     */
    <K> K fastest(Map<K, Graph> candidates) {
        return fastest(candidates, refusal -> {
                    throw refusal;
                })
                .orElseThrow();
    }

    /**
     * The key of the fastest graph; empty if none can be computed.
     *
     * @param candidates graphs of the same inputs and no weights, in the order in which they are preferred
     * @param refused takes why a candidate cannot be computed, which is then passed over; may throw it
     */
    <K> Optional<K> fastest(Map<K, Graph> candidates, Consumer<RuntimeException> refused) {
        try (NDManager scope = manager.newSubManager()) {
            Graph any = candidates.values().iterator().next();
            List<TensorType> inputs = any.inputs().stream().map(Node::type).toList();
            Calls calls = new Calls(arguments.sets(inputs, scope), manager);
            Map<K, CompiledModule> able = new LinkedHashMap<>();
            candidates.forEach((key, graph) -> ready(graph, calls, refused).ifPresent(module -> able.put(key, module)));
            return able.isEmpty() ? Optional.empty() : Optional.of(fastest(able, calls));
        }
    }

    /** A graph's module, called once: the first call compiles kernels and makes plans. */
    private Optional<CompiledModule> ready(Graph graph, Calls calls, Consumer<RuntimeException> refused) {
        try {
            CompiledModule module = compiler.compile(graph, Parameters.none(), manager);
            modules.add(module);
            calls.make(module);
            return Optional.of(module);
        } catch (RuntimeException e) {
            refused.accept(e);
            return Optional.empty();
        }
    }

    private <K> K fastest(Map<K, CompiledModule> able, Calls calls) {
        if (able.size() == 1) {
            return able.keySet().iterator().next();
        }
        Map<K, Double> first = seconds(able, 1, FIRST_CALLS, calls);
        double shortest = shortest(first.values());
        List<K> finalists = first.entrySet().stream()
                .filter(entry -> entry.getValue() <= CLOSE * shortest)
                .sorted(Map.Entry.comparingByValue())
                .limit(FINALISTS)
                .map(Map.Entry::getKey)
                .toList();
        return finalists.size() == 1 ? finalists.get(0) : preferred(finalRounds(able, finalists, shortest, calls));
    }

    private <K> Map<K, Double> finalRounds(
            Map<K, CompiledModule> able, List<K> finalists, double shortest, Calls calls) {
        Map<K, CompiledModule> left = new LinkedHashMap<>(able);
        left.keySet().retainAll(finalists);
        int repeats = (int) Math.max(1, Math.min(FINAL_CALLS, MOST_SECONDS / shortest));
        return seconds(left, FINAL_ROUNDS, repeats, calls);
    }

    private static double shortest(Collection<Double> seconds) {
        return seconds.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }

    private static <K> K preferred(Map<K, Double> seconds) {
        Iterator<Map.Entry<K, Double>> entries = seconds.entrySet().iterator();
        Map.Entry<K, Double> preferred = entries.next();
        while (entries.hasNext()) {
            Map.Entry<K, Double> other = entries.next();
            preferred = other.getValue() < NOTICEABLE * preferred.getValue() ? other : preferred;
        }
        return preferred.getKey();
    }

    /** Of one call of each, out of several in a row: in the best of some rounds, in which each has its turn. */
    private <K> Map<K, Double> seconds(Map<K, CompiledModule> candidates, int rounds, int repeats, Calls calls) {
        List<Map.Entry<K, CompiledModule>> turns = Collections.nCopies(rounds, candidates.entrySet()).stream()
                .flatMap(Collection::stream)
                .toList();
        List<Double> seconds = clock.seconds(
                turns.stream()
                        .<Runnable>map(turn -> () -> calls.make(turn.getValue()))
                        .toList(),
                repeats);
        Map<K, Double> best = new LinkedHashMap<>();
        for (int i = 0; i < turns.size(); i++) {
            best.merge(turns.get(i).getKey(), seconds.get(i), Math::min);
        }
        return best;
    }

    /** Calls that go round sets of arguments. */
    private record Calls(Iterator<NDList> sets, NDManager manager) {
        Calls(List<NDList> sets, NDManager manager) {
            this(Stream.generate(() -> sets).flatMap(List::stream).iterator(), manager);
        }

        /** The result is given up: the next call writes to the same memory. */
        void make(CompiledModule module) {
            try (NDManager results = manager.newSubManager()) {
                module.run(sets.next(), results);
            }
        }
    }

    @Override
    public void close() {
        modules.forEach(CompiledModule::close);
        clock.close();
        manager.close();
    }
}
