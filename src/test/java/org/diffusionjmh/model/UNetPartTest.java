package org.diffusionjmh.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.SourceOp;
import org.diffusionjmh.graph.TensorType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UNetPartTest {
    private static final UNet2DConditionConfig CONFIG = config("""
            {"block_out_channels": [8, 16, 24], "layers_per_block": [2, 1, 2], "norm_num_groups": 4,
             "attention_head_dim": 2, "cross_attention_dim": 8,
             "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
             "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"]}
            """);
    private static final Graph UNET = new UNet2DConditionModel(CONFIG).graph(2, 9, 13, 5, DType.FP32);

    private static UNet2DConditionConfig config(String json) {
        return UNet2DConditionConfig.of(
                new ModelConfig("test", JsonParser.parseString(json).getAsJsonObject()));
    }

    /** Skips are counted as they are made: the first convolution, then each block's residual blocks and its downsampling. */
    @ParameterizedTest
    @CsvSource({"0,0,1", "0,1,2", "0,2,3", "1,0,4", "1,1,5", "2,0,6", "2,1,7"})
    void skipsAreCountedFromTheTop(int layerId, int blockId, int skip) {
        assertEquals(skip, CONFIG.skip(layerId, blockId));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            3  | 0  | cache_layer_id is 3, want 0 to 2: the U-Net has 3 down blocks
            -1 | 0  | cache_layer_id is -1, want 0 to 2: the U-Net has 3 down blocks
            0  | 3  | cache_block_id is 3, want 0 to 2: down block 0 has 2 residual blocks, and a downsampling after them
            1  | 2  | cache_block_id is 2, want 0 to 1: down block 1 has 1 residual blocks, and a downsampling after them
            2  | 2  | cache_block_id is 2, want 0 to 1: down block 2 has 2 residual blocks, and no downsampling
            0  | -1 | cache_block_id is -1, want 0 to 2: down block 0 has 2 residual blocks, and a downsampling after them
            """)
    void aSkipThatTheUNetLacksIsRefused(int layerId, int blockId, String message) {
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, () -> CONFIG.skip(layerId, blockId))
                        .getMessage());
    }

    /** The full part is the whole with one result more: the same inputs, and no other weight. */
    @Test
    void theFullPartGivesTheFeatureToo() {
        Graph full = new UNetPart.Full(CONFIG.skip(1, 0)).of(UNET);
        assertEquals(UNET.inputs(), full.inputs());
        assertEquals(weights(UNET), weights(full));
        assertEquals(
                List.of("sample", "cached_feature"), List.copyOf(full.outputs().keySet()));
        assertEquals(
                TensorType.of(DType.FP32, 2, 24, 5, 7),
                full.outputs().get("cached_feature").type());
    }

    /** The shallow part takes the feature, and computes what lies above the skip connection: nothing below it. */
    @Test
    void theShallowPartComputesWhatLiesAbove() {
        Graph shallow = new UNetPart.Shallow(CONFIG.skip(0, 0)).of(UNET);
        List<String> labels = shallow.inputs().stream()
                .map(input -> ((SourceOp.Input) input.op()).label())
                .toList();
        assertEquals(List.of("sample", "timestep", "encoder_hidden_states", "cached_feature"), labels);
        assertEquals(List.of("sample"), List.copyOf(shallow.outputs().keySet()));
        assertEquals(
                UNET.outputs().get("sample").type(),
                shallow.outputs().get("sample").type());
        assertEquals(
                Set.of(
                        "conv_in",
                        "time_embedding",
                        "down_blocks.0.resnets.0",
                        "down_blocks.0.attentions.0",
                        "up_blocks.2.resnets.1",
                        "up_blocks.2.attentions.1",
                        "up_blocks.2.resnets.2",
                        "up_blocks.2.attentions.2",
                        "conv_norm_out",
                        "conv_out"),
                modules(shallow));
    }

    /** At a downsampling, the feature enters at the last layer of the up block below, whose upsampling is computed. */
    @Test
    void aDownsamplingIsASkipConnectionToo() {
        Set<String> modules = modules(new UNetPart.Shallow(CONFIG.skip(0, 2)).of(UNET));
        assertTrue(modules.containsAll(Set.of(
                "down_blocks.0.downsamplers.0",
                "up_blocks.1.resnets.1",
                "up_blocks.1.upsamplers.0",
                "up_blocks.2.resnets.0")));
        assertTrue(modules.stream()
                .noneMatch(Set.of("mid_block", "down_blocks.1.resnets.0", "up_blocks.1.resnets.0")::contains));
    }

    private static Stream<String> keys(Graph graph) {
        return graph.nodesOf(SourceOp.Weight.class).stream().map(Node::op).map(op -> ((SourceOp.Weight) op).key());
    }

    private static Set<String> weights(Graph graph) {
        return keys(graph).collect(Collectors.toSet());
    }

    /** Modules that have weights: of blocks, their layers. */
    private static Set<String> modules(Graph graph) {
        return keys(graph)
                .map(key -> key.replaceFirst("^((?:down|up)_blocks\\.\\d+\\.\\w+\\.\\d+|\\w+)\\..*", "$1"))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
