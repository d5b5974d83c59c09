package org.diffusionjmh.compiler;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diffusionjmh.graph.ContractionOp.Conv2d;
import org.diffusionjmh.graph.ConvTile;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.KernelOp.ConvKernel;
import org.diffusionjmh.graph.KernelOp.DoublingConvKernel;
import org.diffusionjmh.graph.KernelOp.InterleaveKernel;
import org.diffusionjmh.graph.MovementOp.Permute;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.Op;
import org.diffusionjmh.graph.PointwiseOp.Add;
import org.diffusionjmh.graph.SourceOp;
import org.diffusionjmh.graph.TensorType;
import org.diffusionjmh.pass.ConvLayer;

/** The ways to compute a convolution, with what follows it: graphs of the same inputs. */
final class ConvCandidates {
    private static final List<Integer> CHANNELS_LAST = List.of(0, 2, 3, 1);
    private static final List<Integer> CHANNELS_FIRST = List.of(0, 3, 1, 2);

    private final ConvLayer layer;
    private final List<Node> inputs;

    /** The inputs as maps [N, C, H, W]: x, weight, and what {@link ConvLayer#after} takes besides. */
    private final List<Node> maps = new ArrayList<>();

    private ConvCandidates(ConvLayer layer) {
        this.layer = layer;
        this.inputs = new ArrayList<>(List.of(pixels("x", layer.x()), pixels("weight", layer.weight())));
        inputs.forEach(input -> maps.add(node(new Permute(CHANNELS_FIRST), List.of(input))));
        switch (layer.after()) {
            case SUM -> {
                inputs.add(pixels("residual", product(layer)));
                maps.add(node(new Permute(CHANNELS_FIRST), List.of(inputs.get(2))));
            }
            case INTERLEAVE -> {
                inputs.add(input(
                        "bias", TensorType.of(layer.x().dtype(), layer.weight().size(0) / 4)));
                maps.add(inputs.get(2));
            }
            case OTHER -> {}
        }
    }

    /** What is tried: nothing for libtorch's own, which comes first. */
    static Map<Optional<ConvTile>, Graph> of(ConvLayer layer, List<ConvTile> tiles) {
        ConvCandidates candidates = new ConvCandidates(layer);
        Map<Optional<ConvTile>, Graph> graphs = new LinkedHashMap<>();
        graphs.put(Optional.empty(), candidates.graph(candidates.byLibtorch()));
        tiles.forEach(tile -> graphs.put(Optional.of(tile), candidates.graph(candidates.inTiles(tile))));
        return graphs;
    }

    /** What the convolution alone results in. */
    static TensorType product(ConvLayer layer) {
        return new Conv2d(1, layer.padding()).infer(List.of(layer.x(), layer.weight()));
    }

    private Node byLibtorch() {
        Node product = node(new Conv2d(1, layer.padding()), maps.subList(0, 2));
        return switch (layer.after()) {
            case SUM -> node(new Add(), List.of(product, maps.get(2)));
            case INTERLEAVE -> node(new InterleaveKernel(), List.of(product, maps.get(2)));
            case OTHER -> product;
        };
    }

    private Node inTiles(ConvTile tile) {
        return switch (layer.after()) {
            case INTERLEAVE -> node(new DoublingConvKernel(tile), maps);
            case SUM, OTHER -> node(new ConvKernel(layer.padding(), false, tile), maps);
        };
    }

    /** A kernel that cannot be launched has a result that nothing can take: so something has to. */
    private Graph graph(Node result) {
        return new Graph("conv", inputs, Map.of("result", node(new Permute(CHANNELS_LAST), List.of(result))));
    }

    /** An input that has channels innermost when it is seen as a map [N, C, H, W]. */
    private static Node pixels(String label, TensorType map) {
        return input(label, map.withShape(List.of(map.size(0), map.size(2), map.size(3), map.size(1))));
    }

    private static Node input(String label, TensorType type) {
        return node(new SourceOp.Input(label, type), List.of());
    }

    private static Node node(Op op, List<Node> inputs) {
        return new Node(op, inputs, "");
    }
}
