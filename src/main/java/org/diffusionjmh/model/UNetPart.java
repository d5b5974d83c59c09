package org.diffusionjmh.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.MovementOp;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.SourceOp;

/**
 * How much of a U-Net is computed. What comes up from below a skip connection changes little from one denoising step to the next, so that
 * DeepCache (Ma et al. 2024) computes it in some steps only and keeps it for the others, which compute what lies above.
 */
public sealed interface UNetPart {
    /** Name of what comes up from below: the second result of {@link Full}, the last input of {@link Shallow}. */
    String CACHED_FEATURE = "cached_feature";

    /**
     * The part's graph.
     *
     * @param unet the graph of the whole U-Net
     */
    Graph of(Graph unet);

    /** The U-Net as it is. */
    record Whole() implements UNetPart {
        @Override
        public Graph of(Graph unet) {
            return unet;
        }
    }

    /**
     * The U-Net with a second result: what comes up from below a skip connection, where it meets it.
     *
     * @param skip index of the skip connection; see {@link UNet2DConditionConfig#skip}
     */
    record Full(int skip) implements UNetPart {
        @Override
        public Graph of(Graph unet) {
            Map<String, Node> outputs = new LinkedHashMap<>(unet.outputs());
            outputs.put(CACHED_FEATURE, cachedFeature(unet, skip));
            return new Graph(unet.name() + "_full", unet.inputs(), outputs);
        }
    }

    /**
     * What lies above a skip connection. It takes what {@link Full} gave from below as a further input.
     *
     * @param skip index of the skip connection
     */
    record Shallow(int skip) implements UNetPart {
        @Override
        public Graph of(Graph unet) {
            Node feature = cachedFeature(unet, skip);
            Node given = new Node(new SourceOp.Input(CACHED_FEATURE, feature.type()), List.of(), "");
            List<Node> inputs = new ArrayList<>(unet.inputs());
            inputs.add(given);
            return new Graph(unet.name() + "_shallow", inputs, unet.outputs())
                    .rewrite(node -> node.equals(feature) ? given : node);
        }
    }

    /** The up blocks join what comes from below with the skips, the last skip first; nothing else in their own scope is a concatenation. */
    private static Node cachedFeature(Graph unet, int skip) {
        Pattern upBlock = Pattern.compile("up_blocks\\.\\d+");
        List<Node> joins = unet.nodesOf(MovementOp.Concat.class).stream()
                .filter(node -> upBlock.matcher(node.scope()).matches())
                .toList();
        return joins.get(joins.size() - 1 - skip).inputs().get(0);
    }
}
