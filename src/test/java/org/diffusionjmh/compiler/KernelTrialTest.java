package org.diffusionjmh.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.SourceOp;
import org.diffusionjmh.graph.TensorType;
import org.diffusionjmh.libtorch.TorchSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** By a clock that modules set forward instead of computing: what they are called, how often, and what is concluded. */
class KernelTrialTest {
    private static TorchSession session;

    private final Map<String, Integer> calls = new TreeMap<>();
    private double now;

    @BeforeAll
    static void open() {
        session = TorchSession.open("cpu");
    }

    @AfterAll
    static void close() {
        session.close();
    }

    /** Microseconds of a call, by candidate; 0 for one that cannot be computed. */
    private Optional<String> fastest(Map<String, Double> micros, Consumer<RuntimeException> refused) throws Exception {
        Map<String, Graph> candidates = new LinkedHashMap<>();
        Node x = new Node(new SourceOp.Input("x", TensorType.of(DType.FP16, 2, 3)), List.of(), "");
        micros.keySet().forEach(name -> candidates.put(name, new Graph(name, List.of(x), Map.of("x", x))));
        return session.call(() -> {
            NDManager manager = session.manager().newSubManager();
            try (KernelTrial trial = new KernelTrial(manager, new Timed(micros), this::seconds)) {
                return trial.fastest(candidates, refused);
            }
        });
    }

    private static void fail(RuntimeException refusal) {
        throw refusal;
    }

    private List<Double> seconds(List<Runnable> calls, int repeats) {
        return calls.stream()
                .map(call -> {
                    double start = now;
                    IntStream.range(0, repeats).forEach(i -> call.run());
                    return (now - start) / repeats;
                })
                .toList();
    }

    private final class Timed implements Compiler {
        private final Map<String, Double> micros;

        Timed(Map<String, Double> micros) {
            this.micros = micros;
        }

        @Override
        public String id() {
            return "timed";
        }

        @Override
        public CompiledModule compile(Graph graph, Parameters parameters, NDManager manager) {
            return new CompiledModule() {
                @Override
                public NDList run(NDList inputs, NDManager results) {
                    if (micros.get(graph.name()) == 0) {
                        throw new IllegalStateException("cannot compute " + graph.name());
                    }
                    calls.merge(graph.name(), 1, Integer::sum);
                    now += micros.get(graph.name()) / 1e6;
                    return new NDList();
                }

                @Override
                public boolean rebind() {
                    return false;
                }

                @Override
                public void close() {}
            };
        }
    }

    private static Map<String, Double> micros(double a, double b, double c) {
        Map<String, Double> micros = new LinkedHashMap<>();
        micros.put("a", a);
        micros.put("b", b);
        micros.put("c", c);
        return micros;
    }

    /** All are called once to get ready, and twice; the best two ten times more. */
    @Test
    void onlyTheBestTwoAreMeasuredWell() throws Exception {
        assertEquals(Optional.of("c"), fastest(micros(22, 23, 20), KernelTrialTest::fail));
        assertEquals(Map.of("a", 13, "b", 3, "c", 13), calls);
    }

    @Test
    void whatIsMuchFasterIsNotMeasuredAgain() throws Exception {
        assertEquals(Optional.of("b"), fastest(micros(30, 20, 24), KernelTrialTest::fail));
        assertEquals(Map.of("a", 3, "b", 3, "c", 3), calls);
    }

    /** The preferred one is left for one that is more than a hundredth faster. */
    @Test
    void whatIsHardlyFasterIsNotChosen() throws Exception {
        assertEquals(Optional.of("a"), fastest(micros(1000, 995, 2000), KernelTrialTest::fail));
        assertEquals(Optional.of("b"), fastest(micros(1000, 985, 2000), KernelTrialTest::fail));
    }

    /** Calls of a tenth of a second: getting ready, two, and one in each of the final rounds. */
    @Test
    void longCallsAreNotRepeated() throws Exception {
        assertEquals(Optional.of("b"), fastest(micros(1.1e5, 1e5, 3e5), KernelTrialTest::fail));
        assertEquals(Map.of("a", 5, "b", 5, "c", 3), calls);
    }

    @Test
    void whatCannotBeComputedIsPassedOver() throws Exception {
        List<String> refusals = new ArrayList<>();
        assertEquals(Optional.of("c"), fastest(micros(0, 0, 20), refusal -> refusals.add(refusal.getMessage())));
        assertEquals(List.of("cannot compute a", "cannot compute b"), refusals);
        assertEquals(Optional.empty(), fastest(micros(0, 0, 0), refusal -> {}));
    }

    @Test
    void aRefusalMayEndTheTrial() {
        RuntimeException ended = new RuntimeException();
        RuntimeException thrown = assertThrows(
                RuntimeException.class,
                () -> fastest(micros(10, 0, 20), refusal -> {
                    throw ended;
                }));
        assertSame(ended, thrown);
    }
}
