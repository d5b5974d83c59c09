package org.diffusionjmh.compiler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.diffusionjmh.cache.Artifacts;
import org.diffusionjmh.cache.CompileCache;
import org.diffusionjmh.cache.RecordedLog;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.GraphBuilder;
import org.diffusionjmh.graph.GraphPrinter;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.pass.DeviceAbilities;
import org.diffusionjmh.pass.KernelChoices;
import org.diffusionjmh.pass.PassPipeline;
import org.diffusionjmh.pass.PassReport;
import org.diffusionjmh.pass.Passes;
import org.diffusionjmh.pass.Rewriting;
import org.diffusionjmh.torchscript.TorchScriptProgram;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptNetworksTest {
    private static final DeviceAbilities CPU = new DeviceAbilities(false, false, true);
    private static final String OPTIONS = FusedOptions.DEFAULT.effective();

    @TempDir
    Path folder;

    private final RecordedLog log = new RecordedLog();
    private final Programs programs = Programs.ofOneSize();
    private final NDManager manager = NDManager.newBaseManager(Device.cpu());

    @AfterEach
    void close() {
        manager.close();
    }

    /** A network with work on weights, work per run, and constants. */
    private static Graph graph(int channels) {
        GraphBuilder b = new GraphBuilder("test", DType.FP32);
        Node x = b.input("x", DType.FP32, 2, channels, 4, 4);
        Node text = b.inputPerRun("text", DType.FP32, 2, 3, 8);
        Node conv = b.in("conv").conv2d(x, channels, 3, 1, 1);
        Node k = b.in("attn").in("to_k").linear(text, channels, false);
        Node v = b.in("attn").in("to_v").linear(text, channels, false);
        Node rows = b.permute(b.reshape(conv, 2, channels, 16), 0, 2, 1);
        Node attended = b.attention(
                b.reshape(rows, 2, 1, 16, channels),
                b.reshape(k, 2, 1, 3, channels),
                b.reshape(v, 2, 1, 3, channels),
                false);
        b.output("y", b.add(b.reshape(attended, 2, 16, channels), b.constant(List.of(0.1f, -0f), 2, 1, 1)));
        return b.build();
    }

    private KeptNetworks kept(String options) {
        Artifacts artifacts =
                Artifacts.of(Optional.empty(), Optional.of(new CompileCache(folder, log)), Optional.empty(), log);
        return new KeptNetworks(artifacts, new CompileEnvironment(), programs, options);
    }

    private static Rewriting rewritten(Graph graph) {
        Passes.Target cpu = new Passes.Target(CPU, KernelChoices.LIBTORCH);
        return Rewriting.of(graph, new PassPipeline(FusedOptions.DEFAULT.passes(cpu)));
    }

    private static Rewriting never() {
        throw new AssertionError("the passes ran");
    }

    /** Passes and lowering are not done again, and what is found is what they made. */
    @Test
    void whatIsFoundIsWhatThePassesMade() {
        Graph graph = graph(4);
        Rewriting made = kept(OPTIONS).rewriting(graph, Device.cpu(), CPU, () -> rewritten(graph));
        List<TorchScriptProgram> lowered =
                made.parts().stream().map(programs::take).toList();
        Rewriting found = kept(OPTIONS).rewriting(graph(4), Device.cpu(), CPU, KeptNetworksTest::never);

        assertEquals(2, found.parts().size());
        for (int i = 0; i < 2; i++) {
            assertEquals(
                    GraphPrinter.print(made.parts().get(i)),
                    GraphPrinter.print(found.parts().get(i)));
            TorchScriptProgram program = programs.take(found.parts().get(i));
            assertEquals(lowered.get(i).source(), program.source());
            assertTrue(found.parts().get(i).nodes().containsAll(program.bindings()), "bound to nodes of the graph");
        }
        assertSame(
                found.folding().main().inputs().get(1),
                found.parts().get(0).inputs().get(0));
        assertEquals(
                List.copyOf(made.folding().folded().keySet()),
                List.copyOf(found.folding().folded().keySet()));
        assertEquals(
                made.reports().stream().map(PassReport::pass).toList(),
                found.reports().stream().map(PassReport::pass).toList());
        assertEquals(List.of("network made", "network found"), log.needed());
    }

    /** Another network, other options, or other kernels: each is rewritten for itself. */
    @Test
    void anythingElseIsMade() {
        List<Runnable> cases = new ArrayList<>();
        for (String options : List.of(OPTIONS, "{\"mode\": \"low-precision\"}")) {
            for (int channels : List.of(4, 8)) {
                for (boolean kernels : List.of(false, true)) {
                    Graph graph = graph(channels);
                    cases.add(() -> kept(options)
                            .rewriting(
                                    graph,
                                    Device.cpu(),
                                    new DeviceAbilities(false, kernels, true),
                                    () -> rewritten(graph)));
                }
            }
        }
        cases.forEach(Runnable::run);
        assertEquals(
                cases.size(),
                log.needed().stream().filter("network made"::equals).count());
        cases.forEach(Runnable::run);
        assertEquals(
                cases.size(),
                log.needed().stream().filter("network found"::equals).count());
    }

    private Compiler fused(List<String> warnings) {
        CompileStorage storage =
                new CompileStorage(CompileStorage.Use.ALWAYS, folder, Optional.empty(), Optional.empty());
        return Compilers.of("fused", storage, warnings::add);
    }

    private float[] run(Compiler compiler) {
        Map<String, NDArray> weights = new HashMap<>();
        Parameters parameters = (key, type) -> weights.computeIfAbsent(key, absent -> {
            NDArray values = manager.arange((float) type.elements()).sin().reshape(TensorTypes.shape(type));
            return values.toType(ai.djl.ndarray.types.DataType.FLOAT32, false);
        });
        try (CompiledModule module = compiler.compile(graph(4), parameters, manager)) {
            NDArray x = parameters.get("x", graph(4).inputTypes().get(0));
            NDArray text = parameters.get("text", graph(4).inputTypes().get(1));
            return module.run(new NDList(x, text), manager).singletonOrThrow().toFloatArray();
        }
    }

    /** Compiled, taken from the cache, and compiled again because the cache is damaged: bit for bit the same. */
    @Test
    void resultsAreTheSame() throws IOException {
        List<String> warnings = new ArrayList<>();
        float[] compiled = run(fused(warnings));
        assertArrayEquals(compiled, run(fused(warnings)));
        assertEquals(List.of(), warnings);
        for (Path file : files()) {
            Files.write(file, java.util.Arrays.copyOf(Files.readAllBytes(file), 500));
        }
        assertArrayEquals(compiled, run(fused(warnings)));
        assertEquals(1, warnings.size());
        assertTrue(warnings.get(0).endsWith("is damaged and not used: its checksum is wrong"), warnings::toString);
        assertArrayEquals(compiled, run(fused(warnings)));
        assertEquals(1, warnings.size(), "the damaged entry was replaced");
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    /** Nothing is written where it was not asked for; {@code cache-all} asks. */
    @Test
    void theCompilersOptionsAskForTheCache() throws IOException {
        CompileStorage storage =
                new CompileStorage(CompileStorage.Use.IF_ASKED, folder, Optional.empty(), Optional.empty());
        CompilerLog log = message -> {
            throw new AssertionError(message);
        };
        run(Compilers.of("fused", storage, log));
        assertEquals(List.of(), files());
        run(Compilers.of("fused{\"mode\": \"cache-all\"}", storage, log));
        assertEquals(1, files().size());
        CompileStorage never = new CompileStorage(
                CompileStorage.Use.NEVER, folder.resolve("never"), Optional.empty(), Optional.empty());
        run(Compilers.of("fused{\"mode\": \"cache-all\"}", never, log));
        assertEquals(1, files().size());
    }
}
