package org.diffusionjmh.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.Node;
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
    private final FusedCompiler compiler = new FusedCompiler(
            FusedOptions.DEFAULT,
            InterpretedCompiler.none(journal),
            InterpretedCompiler.none(journal),
            new KernelSupport(journal),
            new Tuners(new KernelSupport(journal), journal),
            journal);

    @AfterEach
    void close() {
        manager.close();
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
                        "fold-upsample-into-conv",
                        "to-channels-last",
                        "center-group-norm",
                        "select-onednn",
                        "fold-weights",
                        "split-steps"),
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
