package org.diffusionjmh.compiler;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
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
import org.diffusionjmh.libtorch.AttentionBackend;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;
import org.diffusionjmh.pass.AttentionChoice;

/**
 * Finds the kernel of each attention that a network has on a GPU, once for each of its sizes: this project's where it is known to be the
 * fastest, else what measures fastest of libtorch's choice, cuDNN's and this project's. Some tens of milliseconds each, most of it for
 * cuDNN to plan.
 */
final class AttentionTuner {
    private static final List<Integer> HEADS_FIRST = List.of(0, 2, 1, 3);

    private static final int CALLS = 10;

    /** Operations of a call that takes so long that what is in the cache before matters little. */
    private static final double LONG = 2e10;

    /** Elements of the largest head for which cuDNN's kernel was ever the fastest. */
    private static final int LARGEST_HEAD_OF_CUDNN = 256;

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

        DType dtype() {
            return query.dtype();
        }

        long head() {
            return key.size(-1);
        }

        long keys() {
            return key.size(2);
        }
    }

    /** What measuring on a device says. */
    AttentionChoice on(TrialSession trials) {
        Device device = trials.device();
        if (!device.isGpu()) {
            return AttentionChoice.LIBTORCH;
        }
        return (attention, query, key) ->
                known.computeIfAbsent(new Case(device, attention, query, key), each -> choice(each, trials));
    }

    private AttentionOp choice(Case attention, TrialSession trials) {
        ScaledDotProductAttention plain = attention.attention();
        if (attention.dtype() != DType.FP16 && attention.dtype() != DType.BF16) {
            return plain;
        }
        return journal.timed(
                CompilePhase.TUNE, () -> isOwn(attention) ? new KernelAttention(plain) : measured(attention, trials));
    }

    /** Whether this project's kernel need not be measured; it is compiled then. */
    private boolean isOwn(Case attention) {
        if (attention.attention().causal()
                || !kernels.attendsFastest(attention.device(), attention.head(), attention.keys())) {
            return false;
        }
        try {
            kernels.prepareAttention(attention.device(), attention.dtype(), attention.head(), attention.keys());
            return true;
        } catch (RuntimeException e) {
            journal.warn("fused runs libtorch's own attention: " + e.getMessage());
            return false;
        }
    }

    /** A choice that was made while a candidate failed is not kept: memory may have been short, which may not last. */
    private AttentionOp measured(Case attention, TrialSession trials) {
        List<AttentionOp> candidates = candidates(attention);
        TunedChoices kept = choices.on(attention.device());
        Optional<AttentionOp> before = kept.find(attention.subject()).flatMap(name -> candidates.stream()
                .filter(candidate -> name(candidate).equals(name))
                .findFirst());
        if (before.isPresent()) {
            return before.get();
        }
        candidates.removeIf(candidate -> candidate instanceof CudnnAttention && isCudnnAnyway(attention));
        if (candidates.size() == 1) {
            return candidates.get(0);
        }
        Map<AttentionOp, Graph> graphs = new LinkedHashMap<>();
        candidates.forEach(candidate -> graphs.put(candidate, graph(candidate, attention)));
        List<RuntimeException> refusals = new ArrayList<>();
        AttentionOp fastest = trials.trial().fastest(graphs, refusals::add).orElse(attention.attention());
        if (refusals.isEmpty()) {
            kept.keep(attention.subject(), name(fastest));
        }
        return fastest;
    }

    private static String name(AttentionOp op) {
        return op.getClass().getSimpleName();
    }

    /** Those that may be the fastest, in the order in which they are preferred. */
    private List<AttentionOp> candidates(Case attention) {
        ScaledDotProductAttention plain = attention.attention();
        List<AttentionOp> candidates = new ArrayList<>(List.of(plain));
        if (attention.head() <= LARGEST_HEAD_OF_CUDNN) {
            candidates.add(new CudnnAttention(plain));
        }
        if (!plain.causal() && kernels.mayAttend(attention.device(), attention.head(), attention.keys())) {
            candidates.add(new KernelAttention(plain));
        }
        return candidates;
    }

    /** Whether libtorch's choice is cuDNN's kernel. */
    private static boolean isCudnnAnyway(Case attention) {
        try (NDManager scope = NDManager.newBaseManager(attention.device(), "PyTorch")) {
            boolean causal = attention.attention().causal();
            return AttentionBackend.chosen(
                            empty(attention.query(), scope), empty(attention.key(), scope), causal, scope)
                    .filter(backend -> backend == AttentionBackend.CUDNN)
                    .isPresent();
        }
    }

    private static NDArray empty(TensorType heads, NDManager scope) {
        TensorType type = sequences(heads);
        return TensorMemory.empty(ScalarType.of(TensorTypes.dataType(type.dtype())), TensorTypes.shape(type), scope)
                .transpose(0, 2, 1, 3);
    }

    /** [N, heads, L, d] as it lies in memory: [N, L, heads, d]. */
    private static TensorType sequences(TensorType type) {
        return type.withShape(List.of(type.size(0), type.size(2), type.size(1), type.size(3)));
    }

    /** Each call attends with the last one's result: what an attention reads was just written in a network too. */
    private static Graph graph(AttentionOp op, Case attention) {
        TensorType query = sequences(attention.query());
        TensorType key = sequences(attention.key());
        List<Node> inputs = List.of(input("q", query), input("k", key), input("v", key));
        List<Node> heads = inputs.stream().map(AttentionTuner::headsFirst).toList();
        Node result = heads.get(0);
        int calls = 4.0 * query.elements() * key.size(1) < LONG ? CALLS : 1;
        for (int i = 0; i < calls; i++) {
            result = new Node(op, List.of(result, heads.get(1), heads.get(2)), "");
        }
        // A kernel that cannot be launched has a result that nothing can take: so something has to.
        return new Graph("attention", inputs, Map.of("result", headsFirst(result)));
    }

    private static Node headsFirst(Node node) {
        return new Node(new Permute(HEADS_FIRST), List.of(node), "");
    }

    private static Node input(String label, TensorType type) {
        return new Node(new SourceOp.Input(label, type), List.of(), "");
    }
}
