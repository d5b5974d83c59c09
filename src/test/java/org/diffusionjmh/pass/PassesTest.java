package org.diffusionjmh.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.diffusionjmh.graph.ContractionOp.Conv2d;
import org.diffusionjmh.graph.ContractionOp.Linear;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.KernelOp.AddBiasKernel;
import org.diffusionjmh.graph.KernelOp.AddLayerNormKernel;
import org.diffusionjmh.graph.KernelOp.ConcatGroupNormKernel;
import org.diffusionjmh.graph.KernelOp.DoublingConvKernel;
import org.diffusionjmh.graph.KernelOp.GegluKernel;
import org.diffusionjmh.graph.KernelOp.GroupNormKernel;
import org.diffusionjmh.graph.KernelOp.InterleaveKernel;
import org.diffusionjmh.graph.KernelOp.LayerNormKernel;
import org.diffusionjmh.graph.KernelOp.LinearGegluKernel;
import org.diffusionjmh.graph.KernelOp.LinearKernel;
import org.diffusionjmh.graph.LayoutOp.ChannelsLast;
import org.diffusionjmh.graph.MovementOp.Concat;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.NormalizationOp.GroupNorm;
import org.diffusionjmh.graph.NormalizationOp.LayerNorm;
import org.diffusionjmh.graph.PointwiseOp.Add;
import org.diffusionjmh.graph.SourceOp;
import org.diffusionjmh.kernel.FusedOperators;
import org.diffusionjmh.model.ControlNetConfig;
import org.diffusionjmh.model.ControlNetModel;
import org.diffusionjmh.model.ModelConfig;
import org.diffusionjmh.model.PixArtTransformer2DConfig;
import org.diffusionjmh.model.PixArtTransformer2DModel;
import org.diffusionjmh.model.UNet2DConditionConfig;
import org.diffusionjmh.model.UNet2DConditionModel;
import org.diffusionjmh.testing.Fixtures;
import org.junit.jupiter.api.Test;

/** All passes together. Those for a GPU too: a CPU runs what they make. */
class PassesTest {
    private final UNet2DConditionModel model;
    private final Graph unet;

    PassesTest() throws IOException {
        Path config = Fixtures.ofKind("sd15-t2i").get(0).resolve("snapshot/unet/config.json");
        model = new UNet2DConditionModel(UNet2DConditionConfig.of(ModelConfig.read(config)));
        unet = model.graph(2, 16, 24, 7, DType.FP32);
    }

    @Test
    void gpuGraphEqualsThePlainOne() {
        FusedOperators.get();
        Graph graph = optimized(true, true);
        Rewrites.assertEqualResults(unet, graph, 1e-4);
        assertEquals(0, graph.nodesOf(GroupNorm.class).size());
        assertTrue(graph.nodesOf(GroupNormKernel.class).stream()
                .anyMatch(norm -> norm.inputs().size() > 3));
        assertTrue(graph.nodesOf(AddLayerNormKernel.class).size()
                >= 2 * graph.nodesOf(LayerNorm.class).size());
        assertTrue(graph.nodesOf(AddBiasKernel.class).size() > 1);
    }

    /** In half precision, where shortcuts are linear layers, no block of the way up has its arguments as one. */
    @Test
    void skipConnectionsAreNotConcatenated() {
        FusedOperators.get();
        Passes.Target target = new Passes.Target(new DeviceAbilities(true, true, true), KernelChoices.LIBTORCH);
        PassPipeline passes = new PassPipeline(Passes.of(target, true, true, false));
        for (Graph plain : List.of(unet, model.graphWithResiduals(2, 9, 13, 7, DType.FP32))) {
            Graph graph = passes.run(plain).graph();
            Rewrites.assertEqualResults(plain, graph, 4e-2);
            assertEquals(0, joinedMaps(WeightFolding.of(graph).main()));
            assertEquals(
                    joinedMaps(plain),
                    graph.nodesOf(ConcatGroupNormKernel.class).size());
        }
    }

    private static long joinedMaps(Graph graph) {
        return graph.nodesOf(Concat.class).stream()
                .filter(concat -> concat.type().rank() == 4)
                .count();
    }

    /** Layers of cuBLASLt take the residuals of a transformer block, and its norms are plain ones then. */
    @Test
    void gpuGraphWithLayersOfCublasLtEqualsThePlainOne() {
        FusedOperators.get();
        Graph graph = optimized(unet, target(LinearGegluChoice.APART, SelectLinearTest::all), true);
        Rewrites.assertEqualResults(unet, graph, 1e-4);
        assertEquals(0, graph.nodesOf(AddLayerNormKernel.class).size());
        long residuals = graph.nodesOf(LinearKernel.class).stream()
                .filter(linear -> linear.inputs().size() == 4)
                .count();
        assertTrue(residuals >= graph.nodesOf(LayerNormKernel.class).size());
    }

    /** This project's convolutions take the biases and the residuals of residual blocks, so that no pass over a map adds them. */
    @Test
    void gpuGraphWithConvolutionsOfItsOwnEqualsThePlainOne() {
        FusedOperators.get();
        KernelChoices choices = new KernelChoices(
                AttentionChoice.LIBTORCH, LinearGegluChoice.APART, LinearChoice.LIBTORCH, SelectConvTest::all);
        Graph graph = optimized(unet, new Passes.Target(new DeviceAbilities(true, true, true), choices), true);
        Rewrites.assertEqualResults(unet, graph, 1e-4);
        assertEquals(0, graph.nodesOf(AddBiasKernel.class).size());
        assertEquals(0, graph.nodesOf(InterleaveKernel.class).size());
        assertTrue(graph.nodesOf(DoublingConvKernel.class).size() > 0);
        assertTrue(graph.nodesOf(Conv2d.class).stream().allMatch(conv -> ((Conv2d) conv.op()).stride() == 2));
    }

    /** Between the first convolution and the last, no residual block has a convolution that adds its bias in a pass of its own. */
    @Test
    void biasesAreFolded() {
        long biased = optimized(true, true).nodesOf(Conv2d.class).stream()
                .filter(conv -> conv.inputs().size() == 3)
                .filter(conv ->
                        conv.scope().contains("resnets") && !conv.scope().contains("shortcut"))
                .count();
        assertEquals(0, biased);
    }

    /** The gated activations of the U-Net stand right after their product when it is their turn, and those that are left are kernels too. */
    @Test
    void gatedProductsAreOneKernelWhereTheDeviceWantsIt() {
        FusedOperators.get();
        long narrowest = unet.nodesOf(Linear.class).stream()
                .mapToLong(product -> product.inputs().get(1).type().size(1))
                .min()
                .orElseThrow();
        LinearGegluChoice choice =
                (x, weight) -> weight.size(1) > narrowest ? OptionalInt.of(128) : OptionalInt.empty();
        Graph graph = optimized(unet, target(choice, LinearChoice.LIBTORCH), true);
        Rewrites.assertEqualResults(unet, graph, 1e-4);
        assertTrue(graph.nodesOf(LinearGegluKernel.class).size() > 0);
        assertEquals(
                optimized(true, true).nodesOf(GegluKernel.class).size(),
                graph.nodesOf(LinearGegluKernel.class).size()
                        + graph.nodesOf(GegluKernel.class).size());
    }

    @Test
    void withoutKernelsOfOursNothingChangesLayout() {
        Graph graph = optimized(false, true);
        assertEquals(0, graph.nodesOf(ChannelsLast.class).size());
        assertTrue(graph.nodesOf(Add.class).size() > 0);
        Rewrites.assertEqualResults(unet, graph, 1e-4);
    }

    /** Residuals come into the U-Net row-major, and the embedding of the control picture into each step of the ControlNet. */
    @Test
    void gpuGraphsOfAControlNetEqualThePlainOnes() throws IOException {
        FusedOperators.get();
        Path fixture = Fixtures.ofKind("controlnet").get(0);
        JsonObject recorded = Fixtures.json(fixture.resolve("golden.json"))
                .getAsJsonArray("cases")
                .get(0)
                .getAsJsonObject();
        Path config = fixture.resolve(recorded.get("controlnet").getAsString()).resolve("config.json");
        Graph controlNet =
                new ControlNetModel(ControlNetConfig.of(ModelConfig.read(config))).graph(2, 9, 13, 7, DType.FP32);
        Graph controlled = model.graphWithResiduals(2, 9, 13, 7, DType.FP32);
        for (Graph graph : List.of(controlNet, controlled)) {
            Rewrites.assertEqualResults(graph, optimized(graph, true, true), 1e-4);
        }
    }

    /** A transformer too: its queries, keys and values are one product, and a step takes keys and values of the text as they are. */
    @Test
    void transformersAreMergedAndSplit() throws IOException {
        Path config = Fixtures.ofKind("pixart-alpha").get(0).resolve("snapshot/transformer/config.json");
        PixArtTransformer2DConfig transformer = PixArtTransformer2DConfig.of(ModelConfig.read(config));
        Graph plain = new PixArtTransformer2DModel(transformer).graph(2, 8, 12, 5, DType.FP32);
        FusedOperators.get();
        Graph graph = optimized(plain, true, true);
        Rewrites.assertEqualResults(plain, graph, 1e-4);

        StepSplit split = StepSplit.of(graph).orElseThrow();
        Set<String> products = split.perStep().nodesOf(Linear.class).stream()
                .map(Node::scope)
                .filter(scope -> scope.startsWith("transformer_blocks.0."))
                .map(scope -> scope.substring("transformer_blocks.0.".length()))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(
                Set.of("attn1", "attn1.to_out.0", "attn2.to_q", "attn2.to_out.0", "ff.net.0.proj", "ff.net.2"),
                products);
        assertTrue(split.perStep().inputs().stream()
                .map(input -> ((SourceOp.Input) input.op()).label())
                .noneMatch(Set.of("encoder_hidden_states", "encoder_attention_mask", "resolution")::contains));
    }

    private static Passes.Target target(LinearGegluChoice gated, LinearChoice linear) {
        return new Passes.Target(
                new DeviceAbilities(true, true, true),
                new KernelChoices(AttentionChoice.LIBTORCH, gated, linear, ConvChoice.LIBTORCH));
    }

    private Graph optimized(boolean kernels, boolean channelsLast) {
        return optimized(unet, kernels, channelsLast);
    }

    private static Graph optimized(Graph graph, boolean kernels, boolean channelsLast) {
        return optimized(
                graph,
                new Passes.Target(new DeviceAbilities(true, kernels, true), KernelChoices.LIBTORCH),
                channelsLast);
    }

    private static Graph optimized(Graph graph, Passes.Target target, boolean channelsLast) {
        return new PassPipeline(Passes.of(target, false, channelsLast, false))
                .run(graph)
                .graph();
    }
}
