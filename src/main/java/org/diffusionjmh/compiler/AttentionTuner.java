package org.diffusionjmh.compiler;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diffusionjmh.cache.TunedChoices;
import org.diffusionjmh.graph.AttentionOp;
import org.diffusionjmh.graph.AttentionOp.CudnnAttention;
import org.diffusionjmh.graph.AttentionOp.KernelAttention;
import org.diffusionjmh.graph.AttentionOp.ScaledDotProductAttention;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.MovementOp.Permute;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.SourceOp;
import org.diffusionjmh.graph.TensorType;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;
import org.diffusionjmh.pass.AttentionChoice;

/**
 * Measures the kernels of each attention that a network has on a GPU, once for each of its sizes: libtorch's choice, cuDNN's and this
 * project's. Some milliseconds each, and about two seconds to compile a kernel of this project.
 */
final class AttentionTuner {
    private static final int CALLS = 10;
    private static final int ROUNDS = 2;

    /** Work of one measured call: enough that the GPU is the limit and not the launch. */
    private static final double OPERATIONS = 2e10;

    /** Work of a call that takes so long that one of it tells enough. */
    private static final double LONG = 2e11;

    /** Elements of the largest tensor in a measured call, unless the network's own is larger. */
    private static final long ELEMENTS = 1L << 23;

    private final KernelSupport kernels;
    private final DeviceChoices choices;
    private final CompileJournal journal;
    private final Map<Case, AttentionOp> known = new HashMap<>();

    /**
     * @param choices what was measured before
     */
    AttentionTuner(KernelSupport kernels, DeviceChoices choices, CompileJournal journal) {
        this.kernels = kernels;
        this.choices = choices;
        this.journal = journal;
    }

    private record Case(Device device, ScaledDotProductAttention attention, TensorType query, TensorType key) {
        /** What is chosen, for the choices of a device. */
        String subject() {
            return "%s(%s, %s)".formatted(attention, query, key);
        }
    }

    /** What measuring on a device says. */
    AttentionChoice on(Device device) {
        if (!device.isGpu()) {
            return AttentionChoice.LIBTORCH;
        }
        return (attention, query, key) -> known.computeIfAbsent(new Case(device, attention, query, key), this::choice);
    }

    private AttentionOp choice(Case attention) {
        List<AttentionOp> candidates = candidates(attention);
        return candidates.size() == 1
                ? candidates.get(0)
                : journal.timed(CompilePhase.TUNE, () -> choice(attention, candidates));
    }

    /** A choice that was made while a candidate failed is not kept: memory may have been short, which may not last. */
    private AttentionOp choice(Case attention, List<AttentionOp> candidates) {
        TunedChoices kept = choices.on(attention.device());
        Optional<AttentionOp> before = kept.find(attention.subject()).flatMap(name -> candidates.stream()
                .filter(candidate -> name(candidate).equals(name))
                .findFirst());
        if (before.isPresent()) {
            return before.get();
        }
        Map<AttentionOp, Double> seconds = seconds(attention, candidates);
        AttentionOp fastest = seconds.entrySet().stream()
                .min(Map.Entry.comparingByValue())
                .orElseThrow()
                .getKey();
        if (!seconds.containsValue(Double.POSITIVE_INFINITY)) {
            kept.keep(attention.subject(), name(fastest));
        }
        return fastest;
    }

    private static String name(AttentionOp op) {
        return op.getClass().getSimpleName();
    }

    private static Map<AttentionOp, Double> seconds(Case attention, List<AttentionOp> candidates) {
        Map<AttentionOp, Double> seconds = new LinkedHashMap<>();
        try (NDManager manager = NDManager.newBaseManager(attention.device(), "PyTorch");
                BusyClock clock = BusyClock.on(manager)) {
            for (AttentionOp candidate : candidates) {
                seconds.put(candidate, secondsIfAny(candidate, attention, clock, manager));
            }
        }
        return seconds;
    }

    /** In the order in which they are preferred. */
    private List<AttentionOp> candidates(Case attention) {
        ScaledDotProductAttention plain = attention.attention();
        DType dtype = attention.query().dtype();
        if (dtype != DType.FP16 && dtype != DType.BF16) {
            return List.of(plain);
        }
        TensorType key = attention.key();
        boolean own = !plain.causal() && kernels.mayAttend(attention.device(), key.size(-1), key.size(2));
        if (!own) {
            return List.of(plain, new CudnnAttention(plain));
        }
        return kernels.beatsCudnn(attention.device(), key.size(-1), key.size(2))
                ? List.of(plain, new KernelAttention(plain))
                : List.of(plain, new CudnnAttention(plain), new KernelAttention(plain));
    }

    /** Never, where an implementation has no kernel for these sizes or this GPU. */
    private static double secondsIfAny(AttentionOp op, Case attention, BusyClock clock, NDManager manager) {
        try {
            return seconds(op, attention, clock, manager);
        } catch (EngineException e) {
            return Double.POSITIVE_INFINITY;
        }
    }

    private static double seconds(AttentionOp op, Case attention, BusyClock clock, NDManager manager) {
        long batch = batch(attention);
        TensorType query = sequences(attention.query(), batch);
        TensorType key = sequences(attention.key(), batch);
        Graph graph = calls(op, query, key);
        try (NDManager scope = manager.newSubManager();
                CompiledModule module = InterpretedCompiler.none().compile(graph, Parameters.none(), scope)) {
            NDList arguments = new NDList(random(query, scope), random(key, scope), random(key, scope));
            Runnable call = () -> {
                try (NDManager results = scope.newSubManager()) {
                    module.run(arguments, results);
                }
            };
            call.run(); // compiles kernels and makes plans
            double best = Double.MAX_VALUE;
            for (int round = 0; round < ROUNDS; round++) {
                best = Math.min(best, clock.seconds(List.of(call)).get(0));
            }
            return best;
        }
    }

    private static long batch(Case attention) {
        TensorType query = sequences(attention.query(), attention.query().size(0));
        double operations = operations(query, sequences(attention.key(), 1));
        long longest = Math.max(query.elements(), attention.key().elements());
        long repeats = Math.min((long) Math.ceil(OPERATIONS / operations), Math.max(1, ELEMENTS / longest));
        return query.size(0) * Math.max(1, repeats);
    }

    /** Of queries and keys as they lie in memory. */
    private static double operations(TensorType query, TensorType key) {
        return 4.0 * query.elements() * key.size(1);
    }

    /** [N, heads, L, d] as it lies in memory: [batch, L, heads, d]. */
    private static TensorType sequences(TensorType type, long batch) {
        return type.withShape(List.of(batch, type.size(2), type.size(1), type.size(3)));
    }

    /** Each call attends with the last one's result, so that only two are in memory at a time. */
    private static Graph calls(AttentionOp op, TensorType query, TensorType key) {
        List<Node> inputs = List.of(input("q", query), input("k", key), input("v", key));
        List<Node> heads = inputs.stream()
                .map(input -> new Node(new Permute(List.of(0, 2, 1, 3)), List.of(input), ""))
                .toList();
        Node result = heads.get(0);
        int calls = operations(query, key) < LONG ? CALLS : 1;
        for (int i = 0; i < calls; i++) {
            result = new Node(op, List.of(result, heads.get(1), heads.get(2)), "");
        }
        // A kernel that cannot be launched has a result that nothing can take: so something has to.
        Node taken = new Node(new Permute(List.of(0, 2, 1, 3)), List.of(result), "");
        return new Graph("attention", inputs, Map.of("result", taken));
    }

    private static Node input(String label, TensorType type) {
        return new Node(new SourceOp.Input(label, type), List.of(), "");
    }

    private static NDArray random(TensorType type, NDManager manager) {
        try (NDArray wide = manager.randomNormal(TensorTypes.shape(type))) {
            return TensorMemory.copy(wide, ScalarType.of(TensorTypes.dataType(type.dtype())), manager);
        }
    }
}
