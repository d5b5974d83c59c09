package org.diffusionjmh.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.diffusionjmh.graph.AttentionOp;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.OneDnnOp;
import org.diffusionjmh.libtorch.HostScalars;
import org.diffusionjmh.model.ModelConfig;
import org.diffusionjmh.model.PixArtTransformer2DConfig;
import org.diffusionjmh.model.PixArtTransformer2DModel;
import org.diffusionjmh.model.UNet2DConditionConfig;
import org.diffusionjmh.model.UNet2DConditionModel;
import org.diffusionjmh.model.UNetPart;
import org.diffusionjmh.pass.DeviceAbilities;
import org.diffusionjmh.pass.KernelChoices;
import org.diffusionjmh.pass.PassPipeline;
import org.diffusionjmh.pass.Passes;
import org.diffusionjmh.pass.WeightFolding;
import org.diffusionjmh.scheduler.ProgramForm;
import org.diffusionjmh.scheduler.SamplingOptions;
import org.diffusionjmh.scheduler.Scheduler;
import org.diffusionjmh.source.BuiltInFiles;
import org.diffusionjmh.source.BuiltInModel;
import org.diffusionjmh.source.Scale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which layers of the built-in models' steps compute fewer rows than the batch has, after all passes for a CPU. */
class SharedRowsTest {
    private static final int SIDE = 64;
    private static final int TOKENS = 77;
    private static final String BLOCK = "down_blocks.0.attentions.0.transformer_blocks.0.";

    /** What the first residual block and the first transformer compute before they see the text. */
    private static final Set<String> BEFORE_THE_TEXT = Set.of(
            "down_blocks.0.resnets.0.conv1",
            "down_blocks.0.resnets.0.conv2",
            "down_blocks.0.attentions.0.proj_in",
            BLOCK + "attn1",
            BLOCK + "attn1.to_out.0",
            BLOCK + "attn2.to_q");

    private final NDManager manager = NDManager.newBaseManager(Device.cpu());
    private final HostScalars scalars = new HostScalars(manager);
    private final GuidanceRescale rescale = new GuidanceRescale(0, scalars);
    private final Guidance byText = new ClassifierFreeGuidance(7.5, rescale, scalars);
    private final Guidance byTextAndPicture = new ImageTextGuidance(7.5, 1.5, rescale, scalars);

    @AfterEach
    void close() {
        scalars.close();
        manager.close();
    }

    private Graph step(BuiltInModel model, UNetPart part, Guidance guidance, List<Integer> seen, long images)
            throws IOException {
        UNet2DConditionModel unet = new UNet2DConditionModel(UNet2DConditionConfig.of(config(model, "unet")));
        Graph network = part.of(unet.graph(images * guidance.predictions(), SIDE, SIDE, TOKENS, DType.FP32));
        return step(network, guidance, seen, false);
    }

    private ModelConfig config(BuiltInModel model, String component) throws IOException {
        return new BuiltInFiles(model, Scale.MINI, manager).config(component);
    }

    private static Graph step(Graph network, Guidance guidance, List<Integer> seen, boolean inputGiven) {
        return step(network, form(guidance, seen, inputGiven));
    }

    private static Graph step(Graph network, StepForm form) {
        return rewritten(form.around(network), new DeviceAbilities(false, false, true));
    }

    private static StepForm form(Guidance guidance, List<Integer> seen, boolean inputGiven) {
        return form(guidance, seen, List.of(), inputGiven);
    }

    private static StepForm form(Guidance guidance, List<Integer> seen, List<Integer> zeroText, boolean inputGiven) {
        Scheduler scheduler = Scheduler.of(
                JsonParser.parseString("{\"_class_name\": \"DDIMScheduler\"}").getAsJsonObject());
        ProgramForm program =
                ProgramForm.of(scheduler.plan(SamplingOptions.ofSteps(3))).orElseThrow();
        return new StepForm(program, guidance.form(), guidance.predictions(), seen, zeroText, inputGiven);
    }

    private static Graph rewritten(Graph graph, DeviceAbilities device) {
        Passes.Target target = new Passes.Target(device, KernelChoices.LIBTORCH);
        return new PassPipeline(Passes.of(target, false, true, false))
                .run(graph)
                .graph();
    }

    private Graph step(BuiltInModel model, Guidance guidance, List<Integer> seen, long images) throws IOException {
        return step(model, new UNetPart.Whole(), guidance, seen, images);
    }

    /** Where products and attentions are that compute so many rows. */
    private static Set<String> places(Graph step, Predicate<Long> rows) {
        return step.nodes().stream()
                .filter(node -> node.op() instanceof AttentionOp || isProduct(node))
                .filter(node -> node.type().rank() > 2 && rows.test(node.type().size(0)))
                .map(Node::scope)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static boolean isProduct(Node node) {
        return node.op() instanceof OneDnnOp
                && !(node.op() instanceof OneDnnOp.PackConv2dWeight)
                && !(node.op() instanceof OneDnnOp.PackLinearWeight);
    }

    @Test
    void stableDiffusionComputesOneRowOfTwoUpToTheText() throws IOException {
        for (long images : new long[] {1, 2}) {
            Graph step = step(BuiltInModel.STABLE_DIFFUSION_V1_5, byText, List.of(), images);
            assertEquals(BEFORE_THE_TEXT, places(step, rows -> rows < 2 * images));
            assertEquals(BEFORE_THE_TEXT, places(step, rows -> rows == images));
        }
    }

    /**
     * The latents of the picture are the same in two predictions, and zero in the third. One row less of the queries to the text is not
     * worth a copy of three.
     */
    @Test
    void instructPix2PixComputesTwoRowsOfThree() throws IOException {
        Set<String> shared = new TreeSet<>(BEFORE_THE_TEXT);
        shared.remove(BLOCK + "attn2.to_q");
        for (long images : new long[] {1, 2}) {
            Graph step = step(BuiltInModel.INSTRUCT_PIX2PIX, byTextAndPicture, List.of(0, 0, 1), images);
            assertEquals(shared, places(step, rows -> rows < 3 * images));
            assertEquals(shared, places(step, rows -> rows == 2 * images));
        }
    }

    /** The text comes in with the time, in the first residual block. */
    @Test
    void stableDiffusionXlSharesAConvolution() throws IOException {
        Set<String> shared = Set.of("down_blocks.0.resnets.0.conv1");
        assertEquals(shared, places(step(BuiltInModel.REALVISXL_V4_0, byText, List.of(), 1), rows -> rows == 1));
        assertEquals(
                shared,
                places(
                        step(BuiltInModel.SDXL_INSTRUCT_PIX2PIX, byTextAndPicture, List.of(0, 0, 1), 1),
                        rows -> rows == 2));
    }

    /** A negative prompt that is absent is zeros in Stable Diffusion XL: no layer attends to it. */
    @Test
    void stableDiffusionXlAttendsToItsPromptOnly() throws IOException {
        UNet2DConditionModel unet =
                new UNet2DConditionModel(UNet2DConditionConfig.of(config(BuiltInModel.REALVISXL_V4_0, "unet")));
        for (long images : new long[] {1, 2}) {
            Graph network = unet.graph(2 * images, SIDE, SIDE, TOKENS, DType.FP32);
            Set<String> all = places(step(network, byText, List.of(), false), rows -> rows == 2 * images);
            Set<String> text = all.stream()
                    .filter(place -> place.matches(".*attn2(\\.to_q|\\.to_out\\.0)?"))
                    .collect(Collectors.toCollection(TreeSet::new));
            StepForm form = form(byText, List.of(), List.of(0), false);
            Set<String> fewer = places(step(network, form), rows -> rows == images);
            fewer.remove("down_blocks.0.resnets.0.conv1");
            assertEquals(text, fewer);
            assertEquals(0, text.size() % 3);
            assertTrue(text.contains("mid_block.attentions.0.transformer_blocks.0.attn2"));
        }
    }

    /** The part of a U-Net that keeps a feature, and the part that takes it. */
    @Test
    void partsOfDeepCacheShareTheSame() throws IOException {
        for (UNetPart part : List.of(new UNetPart.Full(1), new UNetPart.Shallow(2))) {
            Graph step = step(BuiltInModel.STABLE_DIFFUSION_V1_5, part, byText, List.of(), 1);
            assertEquals(BEFORE_THE_TEXT, places(step, rows -> rows == 1));
        }
    }

    /** What ControlNets give is added behind the down blocks. */
    @Test
    void stepsUnderControlShareTheSame() throws IOException {
        UNet2DConditionModel unet =
                new UNet2DConditionModel(UNet2DConditionConfig.of(config(BuiltInModel.STABLE_DIFFUSION_V1_5, "unet")));
        Graph network = unet.graphWithResiduals(2, SIDE, SIDE, TOKENS, DType.FP32);
        assertEquals(BEFORE_THE_TEXT, places(step(network, byText, List.of(), true), rows -> rows == 1));
    }

    /** All pictures of a batch have one size, so a transformer's modulation is the same for all rows. */
    @Test
    void pixArtComputesOneRowOfTwoUpToTheText() throws IOException {
        PixArtTransformer2DModel transformer = new PixArtTransformer2DModel(
                PixArtTransformer2DConfig.of(config(BuiltInModel.PIXART_ALPHA, "transformer")));
        Graph network = transformer.graph(2, SIDE, SIDE, TOKENS, DType.FP32);
        Set<String> shared = places(step(network, new LearnedSigma(byText), List.of(), false), rows -> rows == 1);
        String block = "transformer_blocks.0.";
        assertEquals(Set.of("pos_embed.proj", block + "attn1", block + "attn1.to_out.0"), shared);
    }

    /** A GPU computes on weights as they are loaded, by the graph of the network alone. */
    @Test
    void weightsAreComputedAsForTheNetworkAlone() throws IOException {
        UNet2DConditionModel unet =
                new UNet2DConditionModel(UNet2DConditionConfig.of(config(BuiltInModel.STABLE_DIFFUSION_V1_5, "unet")));
        Graph network = unet.graph(2, SIDE, SIDE, TOKENS, DType.FP16);
        DeviceAbilities gpu = new DeviceAbilities(true, true, true);
        List<Graph> graphs = List.of(network, form(byText, List.of(), false).around(network)).stream()
                .map(graph -> rewritten(graph, gpu))
                .toList();
        assertEquals(Set.of(), places(graphs.get(0), rows -> rows == 1));
        assertTrue(places(graphs.get(1), rows -> rows == 1).contains(BLOCK + "attn1"));
        assertEquals(
                WeightFolding.of(graphs.get(0)).folded().keySet(),
                WeightFolding.of(graphs.get(1)).folded().keySet());
    }

    /** Without guidance there is nothing to share. */
    @Test
    void onePredictionSharesNothing() throws IOException {
        Guidance none = Guidance.none();
        Graph fromText = step(BuiltInModel.STABLE_DIFFUSION_V1_5, none, List.of(), 2);
        Graph fromPicture = step(BuiltInModel.INSTRUCT_PIX2PIX, none, List.of(0), 2);
        for (Graph step : List.of(fromText, fromPicture)) {
            assertEquals(Set.of(), places(step, rows -> rows < 2));
        }
    }
}
