package org.diffusionjmh.compiler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.diffusionjmh.cache.Artifacts;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.TensorType;
import org.diffusionjmh.kernel.FusedOperators;
import org.diffusionjmh.libtorch.TorchSession;
import org.diffusionjmh.pass.LinearChoice;
import org.diffusionjmh.pass.LinearLayer;
import org.diffusionjmh.pass.LinearLayer.After;
import org.diffusionjmh.pass.LinearPlan;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** On the CPU; with {@code -Ddevice=cuda} layers are measured. */
class LinearTunerTest {
    private static final Set<LinearLayer> MEASURED = Set.of(
            new LinearLayer(DType.FP16, 512, 640, 320, true, After.NORMED_SUM),
            new LinearLayer(DType.BF16, 300, 72, 40, false, After.OTHER));

    private static final Set<LinearLayer> LEFT_TO_LIBTORCH = Set.of(
            new LinearLayer(DType.FP32, 512, 640, 320, true, After.OTHER),
            new LinearLayer(DType.FP16, 2, 640, 320, true, After.OTHER));

    private static TorchSession session;

    @BeforeAll
    static void open() {
        session = TorchSession.open(System.getProperty("device", "cpu"));
    }

    @AfterAll
    static void close() {
        session.close();
    }

    /** What is measured with any plan is the same computation. */
    @Test
    void candidatesAgree() throws Exception {
        session.call(() -> {
            FusedOperators.get();
            LinearLayer layer = new LinearLayer(DType.FP32, 3, 5, 7, true, After.NORMED_SUM);
            Map<LinearPlan, Graph> candidates = LinearCandidates.of(layer, 1);
            try (NDManager manager = session.manager().newSubManager()) {
                float[] wanted = norm(LinearCandidates.of(layer, 0).get(LinearPlan.LIBTORCH), manager);
                assertArrayEquals(wanted, norm(candidates.get(LinearPlan.of(0, false)), manager), 1e-5F);
                assertArrayEquals(wanted, norm(candidates.get(LinearPlan.of(0, true)), manager), 1e-5F);
            }
            return null;
        });
    }

    /** Of the library's algorithms, the best guesses are tried, and only where there is a residual is one added; else libtorch's way. */
    @Test
    void someAlgorithmsAreCandidates() {
        assertEquals(List.of(LinearPlan.LIBTORCH), candidates(After.SUM, 0));
        assertEquals(List.of(LinearPlan.of(0, false), LinearPlan.of(1, false)), candidates(After.OTHER, 2));
        assertEquals(
                List.of(
                        LinearPlan.of(0, false),
                        LinearPlan.of(0, true),
                        LinearPlan.of(1, true),
                        LinearPlan.of(2, true),
                        LinearPlan.of(3, true)),
                candidates(After.SUM, 16));
    }

    private static List<LinearPlan> candidates(After after, int algorithms) {
        LinearLayer layer = new LinearLayer(DType.FP16, 64, 32, 16, true, after);
        return List.copyOf(LinearCandidates.of(layer, algorithms).keySet());
    }

    /** On the CPU, by the real compiler and the computer's clock: candidates of all kinds run on the arguments that they are given. */
    @Test
    void candidatesCanBeTried() throws Exception {
        session.call(() -> {
            FusedOperators.get();
            CompileJournal journal = new CompileJournal(warning -> {});
            try (KernelTrial trial = new KernelTrial(
                    session.manager().newSubManager(), new DynamicCompiler(journal), LinearTunerTest::seconds)) {
                for (After after : After.values()) {
                    for (boolean bias : new boolean[] {true, after != After.OTHER}) {
                        LinearLayer layer = new LinearLayer(DType.FP32, 64, 32, 16, bias, after);
                        Map<LinearPlan, Graph> candidates = LinearCandidates.of(layer, 2);
                        LinearPlan fastest = trial.fastest(candidates);
                        assertTrue(candidates.containsKey(fastest), fastest.toString());
                    }
                }
            }
            return null;
        });
    }

    private static List<Double> seconds(List<Runnable> calls, int repeats) {
        return calls.stream()
                .map(call -> {
                    long start = System.nanoTime();
                    IntStream.range(0, repeats).forEach(i -> call.run());
                    return (System.nanoTime() - start) / 1e9 / repeats;
                })
                .toList();
    }

    /**
     * Closing captured graphs empties libtorch's cache of memory, in which other graphs work: so nothing but a network's own module captures.
     */
    @Test
    void onlyNetworksAreCaptured() throws Exception {
        Path classes = Path.of(KernelTrial.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .resolve("org/diffusionjmh/compiler");
        Set<String> capturing = new TreeSet<>();
        assumeTrue(Files.isDirectory(classes), "the classes are read from their folder");
        try (DirectoryStream<Path> files = Files.newDirectoryStream(classes, "*.class")) {
            for (Path file : files) {
                String constants = Files.readString(file, StandardCharsets.ISO_8859_1);
                if (constants.contains("org/diffusionjmh/libtorch/CudaGraphs")) {
                    capturing.add(file.getFileName().toString().replaceFirst("[$.].*", ""));
                }
            }
        }
        assertEquals(Set.of("CapturedCall", "CudaGraphCompiler", "CudaGraphModule", "DeviceGraphs"), capturing);
    }

    /** The layer norm of the sum. */
    private static float[] norm(Graph graph, NDManager manager) {
        NDList arguments = new NDList();
        for (Node input : graph.inputs()) {
            arguments.add(ramp(input.type(), manager));
        }
        try (CompiledModule module = InterpretedCompiler.none().compile(graph, LinearTunerTest::none, manager)) {
            NDList results = module.run(arguments, manager);
            int norm = new ArrayList<>(graph.outputs().keySet()).indexOf("norm");
            NDArray normed = results.get(norm);
            long rows = graph.inputs().get(0).type().size(0);
            return normed.get(-rows + ":").toFloatArray(); // a sum stands before its norm
        }
    }

    private static NDArray ramp(TensorType type, NDManager manager) {
        float[] values = new float[Math.toIntExact(type.elements())];
        IntStream.range(0, values.length).forEach(i -> values[i] = i * 37 % 11 - 5F);
        return manager.create(values, TensorTypes.shape(type));
    }

    private static NDArray none(String key, TensorType type) {
        throw new IllegalStateException(key + " " + type);
    }

    /** A GPU gets a plan for each layer, by an algorithm that exists; what is not worth measuring, and a CPU, get none. */
    @Test
    void layersAreMeasuredOnAGpu() throws Exception {
        session.call(() -> {
            Device device = session.device();
            List<String> warnings = new ArrayList<>();
            CompileJournal journal = new CompileJournal(warnings::add);
            DeviceChoices choices = new DeviceChoices(Artifacts.none(), new CompileEnvironment(), journal);
            try (TrialSession trials = new TrialSession(device)) {
                LinearChoice choice = new LinearTuner(choices, journal).on(trials);
                if (!device.isGpu()) {
                    assertSame(LinearChoice.LIBTORCH, choice);
                    return null;
                }
                assertEquals(Map.of(), choice.plans(LEFT_TO_LIBTORCH));
                Map<LinearLayer, LinearPlan> plans = choice.plans(MEASURED);
                assertEquals(MEASURED, plans.keySet());
                assertTrue(plans.values().stream()
                        .allMatch(plan -> plan.algorithm().orElse(0) < 16));
                assertEquals(plans, choice.plans(MEASURED));
                assertEquals(List.of(), warnings);
                return null;
            }
        });
    }
}
