package org.diffusionjmh.compiler;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.diffusionjmh.cache.TunedChoices;
import org.diffusionjmh.graph.ContractionOp.Linear;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.KernelOp.GegluKernel;
import org.diffusionjmh.graph.KernelOp.LinearGegluKernel;
import org.diffusionjmh.graph.MovementOp.Reshape;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.SourceOp;
import org.diffusionjmh.graph.TensorType;
import org.diffusionjmh.pass.LinearGegluChoice;

/**
 * Measures, once for each of its sizes, the products with a gated activation that a network has on a GPU: as two kernels, and as one in
 * tiles of each width. Some 20 milliseconds each, and about half a second to compile each of the kernels.
 */
final class LinearGegluTuner {
    /** Sizes that this does not divide have no kernel. */
    private static final int ACCESS = 8;

    /** Of a choice, beside the widths of tiles. */
    private static final String APART = "apart";

    private final KernelSupport kernels;
    private final DeviceChoices choices;
    private final CompileJournal journal;
    private final Map<Case, OptionalInt> known = new HashMap<>();

    /**
     * @param choices what was measured before
     */
    LinearGegluTuner(KernelSupport kernels, DeviceChoices choices, CompileJournal journal) {
        this.kernels = kernels;
        this.choices = choices;
        this.journal = journal;
    }

    /** Sizes of x, as rows, and of the weight. */
    private record Case(Device device, TensorType x, TensorType weight) {
        /** What is chosen, for the choices of a device. */
        String subject() {
            return "LinearGeglu(%s, %s)".formatted(x, weight);
        }
    }

    /** What measuring on a device says. */
    LinearGegluChoice on(TrialSession trials) {
        Device device = trials.device();
        List<Integer> tiles = kernels.linearGegluTiles(device);
        if (tiles.isEmpty()) {
            return LinearGegluChoice.APART;
        }
        return (x, weight) -> {
            TensorType rows = x.withShape(List.of(x.elements() / x.size(-1), x.size(-1)));
            return hasKernel(weight)
                    ? known.computeIfAbsent(new Case(device, rows, weight), sizes -> choice(sizes, tiles, trials))
                    : OptionalInt.empty();
        };
    }

    private static boolean hasKernel(TensorType weight) {
        boolean half = weight.dtype() == DType.FP16 || weight.dtype() == DType.BF16;
        return half && weight.size(0) / 2 % ACCESS == 0 && weight.size(1) % ACCESS == 0;
    }

    private OptionalInt choice(Case sizes, List<Integer> tiles, TrialSession trials) {
        try {
            return journal.timed(CompilePhase.TUNE, () -> {
                TunedChoices kept = choices.on(sizes.device());
                Optional<OptionalInt> before = kept.find(sizes.subject()).flatMap(text -> read(text, tiles));
                if (before.isPresent()) {
                    return before.get();
                }
                OptionalInt fastest = fastest(sizes, tiles, trials.trial());
                kept.keep(sizes.subject(), fastest.isPresent() ? String.valueOf(fastest.getAsInt()) : APART);
                return fastest;
            });
        } catch (EngineException e) {
            journal.warn("fused computes a product and its gated activation apart: " + e.getMessage());
            return OptionalInt.empty();
        }
    }

    /** A choice as it was kept; empty if it is none. */
    private static Optional<OptionalInt> read(String text, List<Integer> tiles) {
        Optional<OptionalInt> known = tiles.stream()
                .filter(tile -> text.equals(String.valueOf(tile)))
                .map(OptionalInt::of)
                .findFirst();
        return text.equals(APART) ? Optional.of(OptionalInt.empty()) : known;
    }

    /** The tile of the fastest kernel, empty if two kernels are faster. */
    private static OptionalInt fastest(Case sizes, List<Integer> tiles, KernelTrial trial) {
        Map<OptionalInt, Graph> candidates = new LinkedHashMap<>();
        candidates.put(OptionalInt.empty(), graph(sizes, product -> new Node(new GegluKernel(), List.of(product), "")));
        for (int tile : tiles) {
            candidates.put(
                    OptionalInt.of(tile),
                    graph(sizes, product -> new Node(new LinearGegluKernel(tile), product.inputs(), "")));
        }
        return trial.fastest(candidates);
    }

    private static Graph graph(Case sizes, UnaryOperator<Node> result) {
        Node x = input("x", sizes.x());
        Node weight = input("weight", sizes.weight());
        Node bias = input(
                "bias", TensorType.of(sizes.weight().dtype(), sizes.weight().size(0)));
        Node gated = result.apply(new Node(new Linear(), List.of(x, weight, bias), ""));
        // A kernel that cannot be launched has a result that nothing can take: so something has to.
        Node taken = new Node(new Reshape(List.of(gated.type().elements())), List.of(gated), "");
        return new Graph("linear_geglu", List.of(x, weight, bias), Map.of("result", taken));
    }

    private static Node input(String label, TensorType type) {
        return new Node(new SourceOp.Input(label, type), List.of(), "");
    }
}
