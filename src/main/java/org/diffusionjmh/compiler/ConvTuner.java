package org.diffusionjmh.compiler;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diffusionjmh.cache.TunedChoices;
import org.diffusionjmh.graph.ContractionOp.Conv2d;
import org.diffusionjmh.graph.ConvTile;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.KernelOp.ConvKernel;
import org.diffusionjmh.graph.MovementOp.Permute;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.PointwiseOp.Add;
import org.diffusionjmh.graph.SourceOp;
import org.diffusionjmh.graph.TensorType;
import org.diffusionjmh.pass.ConvChoice;
import org.diffusionjmh.pass.ConvLayer;

/**
 * Measures, once for each of its sizes, the convolutions that a network has on a GPU: cuDNN's, and this project's in the tiles that suit the
 * size. Some 20 milliseconds each, and half a second to compile each of the kernels.
 */
final class ConvTuner {
    /** Of a choice, beside tiles. */
    private static final String LIBTORCH = "libtorch";

    private static final List<Integer> CHANNELS_LAST = List.of(0, 2, 3, 1);
    private static final List<Integer> CHANNELS_FIRST = List.of(0, 3, 1, 2);

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

    private record Case(Device device, ConvLayer layer) {
        TensorType result() {
            return new Conv2d(1, layer.padding()).infer(List.of(layer.x(), layer.weight()));
        }
    }

    /** What measuring on a device says. */
    ConvChoice on(Device device) {
        return device.isGpu()
                ? layer -> known.computeIfAbsent(new Case(device, layer), this::choice)
                : ConvChoice.LIBTORCH;
    }

    private Optional<ConvTile> choice(Case layer) {
        List<ConvTile> tiles = kernels.convTiles(layer.device(), layer.layer().x(), layer.result());
        if (tiles.isEmpty()) {
            return Optional.empty();
        }
        try {
            return journal.timed(CompilePhase.TUNE, () -> {
                TunedChoices kept = choices.on(layer.device());
                String subject = layer.layer().toString();
                Optional<Optional<ConvTile>> before = kept.find(subject).flatMap(text -> read(text, tiles));
                if (before.isPresent()) {
                    return before.get();
                }
                Optional<ConvTile> fastest = fastest(layer, tiles);
                kept.keep(subject, fastest.map(ConvTile::toString).orElse(LIBTORCH));
                return fastest;
            });
        } catch (EngineException e) {
            journal.warn("fused leaves a convolution to libtorch: " + e.getMessage());
            return Optional.empty();
        }
    }

    /** A choice as it was kept; empty if it is none. */
    private static Optional<Optional<ConvTile>> read(String text, List<ConvTile> tiles) {
        Optional<Optional<ConvTile>> tile = tiles.stream()
                .filter(candidate -> candidate.toString().equals(text))
                .map(Optional::of)
                .findFirst();
        return text.equals(LIBTORCH) ? Optional.of(Optional.empty()) : tile;
    }

    /** The tile of the fastest kernel, empty if libtorch's is. */
    private static Optional<ConvTile> fastest(Case layer, List<ConvTile> tiles) {
        Map<Optional<ConvTile>, Graph> candidates = new LinkedHashMap<>();
        candidates.put(Optional.empty(), graph(layer, Optional.empty()));
        tiles.forEach(tile -> candidates.put(Optional.of(tile), graph(layer, Optional.of(tile))));
        try (KernelTrial trial = KernelTrial.open(layer.device())) {
            return trial.fastest(candidates, refusal -> {
                throw refusal;
            });
        }
    }

    /** The convolution and the sum after it; without a tile by libtorch. */
    private static Graph graph(Case layer, Optional<ConvTile> tile) {
        ConvLayer sizes = layer.layer();
        List<Node> inputs = new ArrayList<>(List.of(pixels("x", sizes.x()), pixels("weight", sizes.weight())));
        if (sizes.residual()) {
            inputs.add(pixels("residual", layer.result()));
        }
        List<Node> maps = inputs.stream()
                .map(input -> new Node(new Permute(CHANNELS_FIRST), List.of(input), ""))
                .toList();
        Node result;
        if (tile.isPresent()) {
            result = new Node(new ConvKernel(sizes.padding(), false, tile.get()), maps, "");
        } else {
            result = new Node(new Conv2d(1, sizes.padding()), maps.subList(0, 2), "");
            result = sizes.residual() ? new Node(new Add(), List.of(result, maps.get(2)), "") : result;
        }
        // A kernel that cannot be launched has a result that nothing can take: so something has to.
        Node taken = new Node(new Permute(CHANNELS_LAST), List.of(result), "");
        return new Graph("conv", inputs, Map.of("result", taken));
    }

    /** An input that has channels innermost when it is seen as a map [N, C, H, W]. */
    private static Node pixels(String label, TensorType map) {
        TensorType type = map.withShape(List.of(map.size(0), map.size(2), map.size(3), map.size(1)));
        return new Node(new SourceOp.Input(label, type), List.of(), "");
    }
}
