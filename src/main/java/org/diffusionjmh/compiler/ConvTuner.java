package org.diffusionjmh.compiler;

import ai.djl.Device;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.diffusionjmh.cache.TunedChoices;
import org.diffusionjmh.graph.ConvTile;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.pass.ConvChoice;
import org.diffusionjmh.pass.ConvLayer;

/**
 * Measures, once for each of its sizes, the convolutions that a network has on a GPU: cuDNN's, and this project's in the tiles that suit the
 * size. Some 12 milliseconds each, and about a second to compile the kernels of a network.
 */
final class ConvTuner {
    /** Of a choice, beside tiles. */
    private static final String LIBTORCH = "libtorch";

    private final KernelSupport kernels;
    private final DeviceChoices choices;
    private final CompileJournal journal;
    private final Map<Case, Optional<ConvTile>> known = new HashMap<>();

    /**
     * @param choices what was measured before
     */
    ConvTuner(KernelSupport kernels, DeviceChoices choices, CompileJournal journal) {
        this.kernels = kernels;
        this.choices = choices;
        this.journal = journal;
    }

    private record Case(Device device, ConvLayer layer) {}

    /** What measuring on a device says. */
    ConvChoice on(TrialSession trials) {
        return trials.device().isGpu() ? layers -> tiles(trials, layers) : ConvChoice.LIBTORCH;
    }

    private Map<ConvLayer, ConvTile> tiles(TrialSession trials, Set<ConvLayer> layers) {
        Device device = trials.device();
        Map<ConvLayer, List<ConvTile>> unknown = new LinkedHashMap<>();
        layers.stream()
                .filter(layer -> !known.containsKey(new Case(device, layer)))
                .forEach(layer -> {
                    List<ConvTile> worthTrying =
                            kernels.convTiles(device, layer.weight(), ConvCandidates.product(layer));
                    if (!worthTrying.isEmpty()) {
                        unknown.put(layer, worthTrying);
                    }
                });
        if (!unknown.isEmpty()) {
            journal.timed(CompilePhase.TUNE, () -> {
                TunedChoices kept = choices.on(device);
                unknown.entrySet().removeIf(entry -> isKnown(device, entry.getKey(), entry.getValue(), kept));
                measure(trials, unknown, kept);
                return true;
            });
        }
        Map<ConvLayer, ConvTile> tiles = new HashMap<>();
        layers.forEach(layer -> known.getOrDefault(new Case(device, layer), Optional.empty())
                .ifPresent(tile -> tiles.put(layer, tile)));
        return tiles;
    }

    /** Whether a layer was measured before, which it is not again. */
    private boolean isKnown(Device device, ConvLayer layer, List<ConvTile> tiles, TunedChoices kept) {
        Optional<Optional<ConvTile>> before = kept.find(layer.toString()).flatMap(text -> read(text, tiles));
        before.ifPresent(tile -> known.put(new Case(device, layer), tile));
        return before.isPresent();
    }

    /** A choice as it was kept; empty if it is none. */
    private static Optional<Optional<ConvTile>> read(String text, List<ConvTile> tiles) {
        Optional<Optional<ConvTile>> tile = tiles.stream()
                .filter(candidate -> candidate.toString().equals(text))
                .map(Optional::of)
                .findFirst();
        return text.equals(LIBTORCH) ? Optional.of(Optional.empty()) : tile;
    }

    private void measure(TrialSession trials, Map<ConvLayer, List<ConvTile>> layers, TunedChoices kept) {
        Device device = trials.device();
        try {
            compile(device, layers);
            layers.forEach((layer, tiles) -> {
                Map<Optional<ConvTile>, Graph> candidates = ConvCandidates.of(layer, tiles);
                Optional<ConvTile> fastest = trials.trial().fastest(candidates);
                known.put(new Case(device, layer), fastest);
                kept.keep(layer.toString(), fastest.map(ConvTile::toString).orElse(LIBTORCH));
            });
        } catch (RuntimeException e) {
            journal.warn("fused leaves convolutions to libtorch, since they could not be measured: " + e.getMessage());
        }
    }

    /** The kernels of all candidates at once. */
    private void compile(Device device, Map<ConvLayer, List<ConvTile>> layers) {
        Map<DType, Set<ConvTile>> tiles = layers.entrySet().stream()
                .collect(Collectors.groupingBy(
                        entry -> entry.getKey().x().dtype(),
                        Collectors.flatMapping(
                                entry -> entry.getValue().stream(), Collectors.toCollection(LinkedHashSet::new))));
        tiles.forEach((dtype, ofType) -> kernels.prepareConvolutions(device, dtype, ofType));
    }
}
