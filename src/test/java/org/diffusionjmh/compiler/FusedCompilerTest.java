package org.diffusionjmh.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.diffusionjmh.cache.Artifacts;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.PointwiseOp;
import org.diffusionjmh.graph.SourceOp;
import org.diffusionjmh.graph.TensorType;
import org.diffusionjmh.pass.PassReport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FusedCompilerTest {
    private final NDManager manager = NDManager.newBaseManager(Device.cpu());
    private final Map<CompilePhase, Long> spent = new EnumMap<>(CompilePhase.class);
    private final Map<String, List<PassReport>> explained = new HashMap<>();
    private final CompileJournal journal = new CompileJournal(new CompilerLog() {
        @Override
        public void warn(String message) {
            throw new AssertionError(message);
        }

        @Override
        public void spent(CompilePhase phase, long nanos) {
            spent.merge(phase, nanos, Long::sum);
        }

        @Override
        public void rewritten(String network, List<PassReport> reports) {
            explained.put(network, reports);
        }
    });
    private final FusedCompiler compiler = fused(InterpretedCompiler.none(journal));

    @AfterEach
    void close() {
        manager.close();
    }

    private FusedCompiler fused(Compiler plain) {
        KernelSupport kernels = new KernelSupport(Artifacts.none(), journal);
        CompileEnvironment environment = new CompileEnvironment();
        DeviceChoices choices = new DeviceChoices(Artifacts.none(), environment, journal);
        return new FusedCompiler(
                FusedOptions.DEFAULT,
                plain,
                new DeviceGraphs(journal),
                kernels,
                new Tuners(kernels, choices, journal),
                new KeptNetworks(Artifacts.none(), environment, Programs.ofOneSize(), ""),
                journal);
    }

    /** y = x + (text Wk) * (text Wv), with all weights one: y = x + sum(text)^2. */
    private static Graph graph(long rows) {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, rows, 2, 3);
        Node text = b.inputPerRun("text", DType.FP32, rows, 2, 3);
        Node k = b.in("attn").in("to_k").linear(text, 3, false);
        Node v = b.in("attn").in("to_v").linear(text, 3, false);
        b.output("y", b.add(x, b.multiply(k, v)));
        return b.build();
    }

    /** Weights that remember what was asked of them. */
    private final class RecordingParameters implements Parameters {
        private final Map<String, NDArray> derived = new HashMap<>();
        private final List<String> loaded = new ArrayList<>();
        private final List<String> released = new ArrayList<>();
        private float value = 1;

        @Override
        public NDArray get(String key, TensorType type) {
            loaded.add(key);
            return manager.ones(TensorTypes.shape(type)).mul(value);
        }

        @Override
        public Optional<NDArray> derived(String expression) {
            return Optional.ofNullable(derived.get(expression));
        }

        @Override
        public NDArray keep(String expression, Set<String> weights, NDArray value) {
            value.attach(manager);
            derived.put(expression, value);
            return value;
        }

        @Override
        public void release(String key) {
            released.add(key);
        }
    }

    private NDArray filled(long rows, float value) {
        return manager.ones(new Shape(rows, 2, 3)).mul(value);
    }

    private static void assertAll(float expected, NDList results) {
        for (float value : results.singletonOrThrow().toFloatArray()) {
            assertEquals(expected, value, 1e-5);
        }
    }

    /** The per-run part follows its tensor: kept while it is the same one, computed again for another, also for one seen before. */
    @Test
    void newConditioningIsNoticed() {
        try (CompiledModule module = compiler.compile(graph(1), new RecordingParameters(), manager)) {
            NDArray one = filled(1, 1);
            NDArray two = filled(1, 2);
            for (int repeat = 0; repeat < 2; repeat++) {
                assertAll(10 + 9, module.run(new NDList(filled(1, 10), one), manager));
                assertAll(20 + 9, module.run(new NDList(filled(1, 20), one), manager));
                assertAll(20 + 36, module.run(new NDList(filled(1, 20), two), manager));
            }
        }
    }

    /** A second size takes the values that the first computed from the weights, and loads no weight again. */
    @Test
    void modulesShareFoldedWeights() {
        RecordingParameters weights = new RecordingParameters();
        try (CompiledModule first = compiler.compile(graph(1), weights, manager)) {
            assertEquals(1, weights.derived.size());
            assertEquals(2, weights.loaded.size());
            assertAll(10 + 9, first.run(new NDList(filled(1, 10), filled(1, 1)), manager));
        }
        try (CompiledModule second = compiler.compile(graph(2), weights, manager)) {
            assertEquals(1, weights.derived.size());
            assertEquals(2, weights.loaded.size());
            assertAll(10 + 9, second.run(new NDList(filled(2, 10), filled(2, 1)), manager));
        }
    }

    /** What is folded, and what is kept over the steps, is of the weights as they are now. */
    @Test
    void changedWeightsAreFoldedAgain() {
        RecordingParameters weights = new RecordingParameters();
        NDList inputs = new NDList(filled(1, 10), filled(1, 1));
        try (CompiledModule module = compiler.compile(graph(1), weights, manager)) {
            assertAll(10 + 9, module.run(inputs, manager));
            assertFalse(module.rebind());
            weights.value = 2;
            weights.derived.clear();
            assertTrue(module.rebind());
            assertAll(10 + 36, module.run(inputs, manager));
        }
    }

    /** Weights that only a folded value took may go; one that is taken as it is stays. */
    @Test
    void weightsThatWereFoldedAreReleased() {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, 3);
        b.output("y", b.add(b.in("proj").linear(x, 3, true), b.weight("scale", 3)));
        RecordingParameters weights = new RecordingParameters();
        compiler.compile(b.build(), weights, manager).close();
        assertEquals(List.of("proj.weight"), weights.released);
    }

    /** Values that the parameters do not keep are the module's and go with it; results are the caller's. */
    @Test
    void closingAModuleFreesWhatItOwns() {
        List<NDArray> offered = new ArrayList<>();
        Parameters weights = new Parameters() {
            @Override
            public NDArray get(String key, TensorType type) {
                return manager.ones(TensorTypes.shape(type));
            }

            @Override
            public NDArray keep(String expression, Set<String> weights, NDArray value) {
                offered.add(value);
                return value;
            }
        };
        CompiledModule module = compiler.compile(graph(1), weights, manager);
        NDList results = module.run(new NDList(filled(1, 10), filled(1, 1)), manager);
        assertFalse(((PtNDArray) offered.get(0)).isReleased());
        module.close();
        assertTrue(((PtNDArray) offered.get(0)).isReleased());
        assertAll(10 + 9, results);
    }

    /** y = x + (sin(t) w) * text, where t is known for all steps of a run; the row's second number is added as it is. */
    private static Graph scheduledGraph() {
        GraphBuilder b = new GraphBuilder("step", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, 3);
        Node row = b.apply(new SourceOp.Input("schedule", TensorType.of(DType.FP32, 2), SourceOp.Pace.SCHEDULED));
        Node text = b.apply(new SourceOp.Input("text", TensorType.of(DType.FP32, 2, 3), SourceOp.Pace.RUN));
        Node sine = b.apply(new PointwiseOp.Sin(), b.slice(row, 0, 0, 1));
        Node embedding = b.in("time").linear(b.reshape(sine, 1, 1), 3, false);
        Node y = b.add(b.multiplyAdd(x, embedding, text), b.slice(row, 0, 1, 2));
        return new Graph("step", List.of(x, row, text), Map.of("y", y));
    }

    /** A compiler that counts. */
    private static final class CountingCompiler implements Compiler {
        private final Compiler compiler = InterpretedCompiler.none();
        private final List<String> compiled = new ArrayList<>();
        private final List<String> ran = new ArrayList<>();

        @Override
        public String id() {
            return "counting";
        }

        @Override
        public CompiledModule compile(Graph graph, Parameters parameters, NDManager owner) {
            compiled.add(graph.name());
            CompiledModule module = compiler.compile(graph, parameters, owner);
            return new CompiledModule() {
                @Override
                public NDList run(NDList inputs, NDManager manager) {
                    ran.add(graph.name());
                    return module.run(inputs, manager);
                }

                @Override
                public boolean rebind() {
                    return module.rebind();
                }

                @Override
                public void close() {
                    module.close();
                }
            };
        }
    }

    private static void assertStep(CompiledModule module, int step, float expected, NDList inputs, NDManager manager) {
        for (float value : module.run(step, inputs, manager).singletonOrThrow().toFloatArray()) {
            assertEquals(expected, value, 1e-5);
        }
    }

    /**
     * What depends on the schedule is computed for all steps at once, when the run begins, and each step takes its row: it runs one
     * program. Another number of steps needs no other program for the step.
     */
    @Test
    void aStepTakesItsRow() {
        CountingCompiler counting = new CountingCompiler();
        FusedCompiler steps = fused(counting);
        NDArray x = manager.zeros(new Shape(2, 3));
        NDArray text = manager.ones(new Shape(2, 3));
        try (CompiledModule module = steps.compile(scheduledGraph(), new RecordingParameters(), manager)) {
            for (float[] run : List.of(new float[] {1, 2, 3}, new float[] {4, 5, 6}, new float[] {7})) {
                counting.ran.clear();
                NDArray schedule = manager.create(new Shape(run.length, 2));
                for (int i = 0; i < run.length; i++) {
                    schedule.set(new NDIndex(i + ", 0"), run[i]);
                    schedule.set(new NDIndex(i + ", 1"), 10 * run[i]);
                }
                NDList inputs = new NDList(x, schedule, text);
                for (int i = 0; i < run.length; i++) {
                    assertStep(module, i, (float) Math.sin(run[i]) + 10 * run[i], inputs, manager);
                }
                List<String> expected = new ArrayList<>(List.of("step_scheduled"));
                expected.addAll(Collections.nCopies(run.length, "step"));
                assertEquals(expected, counting.ran);
            }
        }
        assertEquals(List.of("step", "step_scheduled", "step_scheduled"), counting.compiled);
    }

    /** The rows follow the weights, for the schedule of before too. */
    @Test
    void rowsAreOfTheWeightsAsTheyAre() {
        RecordingParameters weights = new RecordingParameters();
        NDList inputs = new NDList(
                manager.zeros(new Shape(2, 3)),
                manager.create(new float[] {1, 0, 2, 0}, new Shape(2, 2)),
                manager.ones(new Shape(2, 3)));
        try (CompiledModule module = compiler.compile(scheduledGraph(), weights, manager)) {
            assertStep(module, 1, (float) Math.sin(2), inputs, manager);
            assertFalse(module.rebind());
            weights.value = 3;
            weights.derived.clear();
            assertTrue(module.rebind());
            assertStep(module, 1, 3 * (float) Math.sin(2), inputs, manager);
        }
    }

    @Test
    void explainsEveryPass() {
        compiler.compile(graph(1), new RecordingParameters(), manager).close();
        List<PassReport> reports = explained.get("test");
        assertEquals(
                List.of(
                        "eliminate-common-subexpressions",
                        "merge-attention-projections",
                        "merge-time-projections",
                        "fuse-group-norm-silu",
                        "fuse-geglu",
                        "skip-zero-rows",
                        "share-equal-rows",
                        "fold-upsample-into-conv",
                        "to-channels-last",
                        "center-group-norm",
                        "select-onednn",
                        "fold-weights",
                        "split-steps",
                        "tabulate-schedule"),
                reports.stream().map(PassReport::pass).toList());
        assertEquals(2, reports.get(1).matches());
    }

    /** The phases' times are parts of the whole, none counted twice; a CPU has neither kernels to make nor graphs to capture. */
    @Test
    void tellsWhatItsWorkTook() {
        long start = System.nanoTime();
        try (CompiledModule module = compiler.compile(graph(1), new RecordingParameters(), manager)) {
            long whole = System.nanoTime() - start;
            assertEquals(Set.of(CompilePhase.BUILD, CompilePhase.LOAD), spent.keySet());
            long sum = spent.values().stream().mapToLong(Long::longValue).sum();
            assertTrue(sum > whole / 2 && sum <= whole, sum + " ns of " + whole);
            assertNotNull(module);
        }
    }
}
