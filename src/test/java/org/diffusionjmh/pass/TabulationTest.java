package org.diffusionjmh.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.diffusionjmh.graph.ContractionOp.Linear;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.MovementOp;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.NormalizationOp.LayerNorm;
import org.diffusionjmh.graph.OneDnnOp.PackedLinear;
import org.diffusionjmh.graph.OneDnnOp.PackedLinearBinary;
import org.diffusionjmh.graph.PointwiseOp;
import org.diffusionjmh.graph.SourceOp;
import org.diffusionjmh.graph.SourceOp.Pace;
import org.diffusionjmh.graph.TensorType;
import org.diffusionjmh.kernel.FusedOperators;
import org.diffusionjmh.model.ModelConfig;
import org.diffusionjmh.model.PixArtTransformer2DConfig;
import org.diffusionjmh.model.PixArtTransformer2DModel;
import org.diffusionjmh.model.UNet2DConditionConfig;
import org.diffusionjmh.model.UNet2DConditionModel;
import org.diffusionjmh.testing.Fixtures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What depends on the schedule is computed for all steps at once, and each row equals what the step computes by itself. */
class TabulationTest {
    private static final float[] TIMESTEPS = {999, 741.5f, 1};

    /** The same network with its timestep known for all steps. */
    private static Graph scheduled(Graph network) {
        SourceOp.Input declared = (SourceOp.Input) network.inputs().get(1).op();
        Node timestep = new Node(new SourceOp.Input(declared.label(), declared.type(), Pace.SCHEDULED), List.of(), "");
        Map<Node, Node> replaced = Map.of(network.inputs().get(1), timestep);
        List<Node> inputs = network.inputs().stream()
                .map(input -> replaced.getOrDefault(input, input))
                .toList();
        return new Graph(network.name(), inputs, network.outputs(node -> replaced.getOrDefault(node, node)));
    }

    private static ModelConfig config(String kind, String network) throws IOException {
        Path snapshot = Fixtures.ofKind(kind).get(0).resolve("snapshot");
        return ModelConfig.read(snapshot.resolve(network).resolve("config.json"));
    }

    private static Graph sdxl() throws IOException {
        return scheduled(new UNet2DConditionModel(UNet2DConditionConfig.of(config("sdxl-t2i", "unet")))
                .graph(2, 8, 8, 7, DType.FP32));
    }

    private static StepSplit split(Graph graph, boolean gpu) {
        Passes.Target target = new Passes.Target(new DeviceAbilities(gpu, gpu, true), KernelChoices.LIBTORCH);
        return Rewriting.of(graph, new PassPipeline(Passes.of(target, false, true, false)))
                .split()
                .orElseThrow();
    }

    /** SDXL's embedding of the time, with the text's part, and all its projections: one product of them is left to the run. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void timeEmbeddingsOfAUNet(boolean gpu) throws IOException {
        FusedOperators.get();
        StepSplit split = split(sdxl(), gpu);
        assertEquals(1, split.scheduled().outputs().size());
        assertEquals(3, products(split.scheduled()));
        assertTrue(split.perStep().nodesOf(PointwiseOp.Sin.class).isEmpty());
        assertTrue(labels(split.perStep()).stream().noneMatch("timestep"::equals), labels(split.perStep())::toString);
        assertRowsEqualSteps(split);
    }

    private static long products(Graph graph) {
        return graph.nodes().stream()
                .filter(node -> node.op() instanceof Linear
                        || node.op() instanceof PackedLinear
                        || node.op() instanceof PackedLinearBinary)
                .count();
    }

    private static Set<String> labels(Graph graph) {
        return graph.inputs().stream()
                .map(input -> ((SourceOp.Input) input.op()).label())
                .collect(Collectors.toSet());
    }

    /** PixArt's modulation of all blocks, and of the output: all of it in one row. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void modulationOfATransformer(boolean gpu) throws IOException {
        FusedOperators.get();
        PixArtTransformer2DModel model =
                new PixArtTransformer2DModel(PixArtTransformer2DConfig.of(config("pixart-alpha", "transformer")));
        StepSplit split = split(scheduled(model.graph(2, 8, 12, 5, DType.FP32)), gpu);
        assertEquals(1, split.scheduled().outputs().size());
        assertTrue(split.perStep().nodesOf(PointwiseOp.Sin.class).isEmpty());
        assertTrue(labels(split.perStep()).stream().noneMatch("timestep"::equals), labels(split.perStep())::toString);
        assertRowsEqualSteps(split);
    }

    /** All that can be tabulated, on operands of any rank. */
    @Test
    void operationsOnRows() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node row = b.apply(new SourceOp.Input("timestep", TensorType.of(DType.FP32, 1), Pace.SCHEDULED));
        Node text = b.inputPerRun("text", DType.FP32, 2, 3);
        Node x = b.apply(new MovementOp.Expand(List.of(3L)), row);
        Node sum = b.add(x, text); // a row of less rank than what it is added to
        Node joined = b.concat(0, sum, text);
        Node turned = b.permute(joined, 1, 0);
        Node sliced = b.slice(b.slice(turned, 0, 1, 3), -1, 0, 3);
        Node product = b.in("proj").linear(b.reshape(sliced, 1, 2, 3), 4, true);
        Node all = b.multiplyAdd(row, product, b.divide(b.subtract(row, product), b.scale(row, 2)));
        Graph graph = new Graph("test", List.of(row, text), Map.of("y", all));
        assertRowsEqualSteps(graph, Tabulation.of(graph, TIMESTEPS.length));
    }

    /** What cannot be tabulated is left to the step, with all that depends on it. */
    @Test
    void otherOperationsStayInTheStep() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node row = b.apply(new SourceOp.Input("timestep", TensorType.of(DType.FP32, 1), Pace.SCHEDULED));
        Node x = b.input("x", DType.FP32, 1);
        Node normed = b.apply(new LayerNorm(1e-5), b.scale(row, 2));
        Graph graph = new Graph("test", List.of(x, row), Map.of("y", b.add(x, b.scale(normed, 3))));
        StepSplit split = StepSplit.of(graph).orElseThrow();
        assertEquals(1, split.scheduled().outputs().size());
        assertEquals(2, split.scheduled().nodes().size());
        assertEquals(1, split.perStep().nodesOf(LayerNorm.class).size());
        assertEquals(Set.of("x", "scheduled.0"), labels(split.perStep()));
    }

    private static void assertRowsEqualSteps(StepSplit split) {
        assertRowsEqualSteps(split.scheduled(), split.tables(TIMESTEPS.length));
    }

    private static void assertRowsEqualSteps(Graph row, Graph tables) {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu())) {
            Map<String, NDArray> others = new LinkedHashMap<>();
            NDList all = Rewrites.run(
                    tables, inputs(row, manager.create(TIMESTEPS, new Shape(3, 1)), others, manager), manager);
            for (int step = 0; step < TIMESTEPS.length; step++) {
                NDArray timestep = manager.create(new float[] {TIMESTEPS[step]});
                NDList single = Rewrites.run(row, inputs(row, timestep, others, manager), manager);
                for (int i = 0; i < single.size(); i++) {
                    assertEquals(
                            new Shape(3).addAll(single.get(i).getShape()),
                            all.get(i).getShape());
                    Rewrites.assertClose(
                            single.get(i).toFloatArray(), all.get(i).get(step).toFloatArray(), 1e-6);
                }
            }
        }
    }

    private static NDList inputs(Graph row, NDArray timestep, Map<String, NDArray> others, NDManager manager) {
        NDList inputs = new NDList();
        for (Node input : row.inputs()) {
            SourceOp.Input declared = (SourceOp.Input) input.op();
            inputs.add(
                    declared.pace() == Pace.SCHEDULED
                            ? timestep
                            : others.computeIfAbsent(
                                    declared.label(), label -> Rewrites.random(label, declared.type(), manager)));
        }
        return inputs;
    }
}
