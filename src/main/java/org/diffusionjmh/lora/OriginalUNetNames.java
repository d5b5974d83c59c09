package org.diffusionjmh.lora;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The names of a U-Net's layers in the original code of Stable Diffusion (CompVis; "sgm" for XL). It numbers the layers of all down
 * blocks through as {@code input_blocks}, downsamplers included, and those of all up blocks as {@code output_blocks}; so a name depends
 * on the number of layers of every block. kohya trains SDXL under these names.
 */
final class OriginalUNetNames {
    private static final Pattern IN_BLOCK =
            Pattern.compile("(down|up)_blocks\\.(\\d+)\\.(resnets|attentions|downsamplers|upsamplers)\\.(\\d+)\\.(.+)");
    private static final Pattern IN_MIDDLE = Pattern.compile("mid_block\\.(resnets|attentions)\\.(\\d+)\\.(.+)");
    private static final Pattern RESNET = Pattern.compile("(down|up)_blocks\\.(\\d+)\\.resnets\\.(\\d+)\\..+");
    private static final Pattern ATTENDING = Pattern.compile("(up_blocks\\.\\d+)\\.attentions\\..+");

    private static final Map<String, String> OUTSIDE_BLOCKS = Map.of(
            "conv_in", "input_blocks.0.0",
            "time_embedding.linear_1", "time_embed.0",
            "time_embedding.linear_2", "time_embed.2",
            "add_embedding.linear_1", "label_emb.0.0",
            "add_embedding.linear_2", "label_emb.0.2",
            "conv_out", "out.2");

    private static final Map<String, String> IN_RESNET = Map.of(
            "conv1", "in_layers.2",
            "time_emb_proj", "emb_layers.1",
            "conv2", "out_layers.3",
            "conv_shortcut", "skip_connection");

    private final List<Integer> downLayers;
    private final List<Integer> upLayers;
    private final Set<String> attendingUpBlocks;

    /**
     * @param weights the network's weights; a network other than a U-Net has no such names
     */
    OriginalUNetNames(Set<String> weights) {
        downLayers = layers(weights, "down");
        upLayers = layers(weights, "up");
        attendingUpBlocks = weights.stream()
                .map(ATTENDING::matcher)
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1))
                .collect(Collectors.toSet());
    }

    /** Number of residual layers in each block of one side. */
    private static List<Integer> layers(Set<String> weights, String side) {
        List<Integer> layers = new ArrayList<>();
        for (String weight : weights) {
            Matcher matcher = RESNET.matcher(weight);
            if (matcher.matches() && matcher.group(1).equals(side)) {
                int block = Integer.parseInt(matcher.group(2));
                while (layers.size() <= block) {
                    layers.add(0);
                }
                layers.set(block, Math.max(layers.get(block), Integer.parseInt(matcher.group(3)) + 1));
            }
        }
        return layers;
    }

    /** The original name of a layer; empty if it has none. */
    Optional<String> of(String layer) {
        Matcher inBlock = IN_BLOCK.matcher(layer);
        if (inBlock.matches()) {
            int block = Integer.parseInt(inBlock.group(2));
            int index = Integer.parseInt(inBlock.group(4));
            return Optional.of(
                    inBlock.group(1).equals("down")
                            ? inputBlock(block, inBlock.group(3), index, inBlock.group(5))
                            : outputBlock(block, inBlock.group(3), index, inBlock.group(5)));
        }
        Matcher inMiddle = IN_MIDDLE.matcher(layer);
        if (inMiddle.matches()) {
            boolean resnet = inMiddle.group(1).equals("resnets");
            int position = resnet ? 2 * Integer.parseInt(inMiddle.group(2)) : 1; // resnet, attention, resnet
            return Optional.of("middle_block." + position + "." + inLayer(inMiddle.group(1), inMiddle.group(3)));
        }
        return Optional.ofNullable(OUTSIDE_BLOCKS.get(layer));
    }

    private String inputBlock(int block, String kind, int index, String rest) {
        int first = 1; // after conv_in
        for (int above = 0; above < block; above++) {
            first += downLayers.get(above) + 1;
        }
        return kind.equals("downsamplers")
                ? "input_blocks." + (first + downLayers.get(block)) + ".0.op"
                : "input_blocks." + (first + index) + "." + (kind.equals("resnets") ? 0 : 1) + "."
                        + inLayer(kind, rest);
    }

    private String outputBlock(int block, String kind, int index, String rest) {
        int first = 0;
        for (int below = 0; below < block; below++) {
            first += upLayers.get(below);
        }
        if (kind.equals("upsamplers")) { // behind the last layer, in the same block
            int position = attendingUpBlocks.contains("up_blocks." + block) ? 2 : 1;
            return "output_blocks." + (first + upLayers.get(block) - 1) + "." + position + "." + rest;
        }
        return "output_blocks." + (first + index) + "." + (kind.equals("resnets") ? 0 : 1) + "." + inLayer(kind, rest);
    }

    private static String inLayer(String kind, String rest) {
        return kind.equals("resnets") ? IN_RESNET.getOrDefault(rest, rest) : rest;
    }
}
