package org.diffusionjmh.compiler;

import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Function;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.torchscript.TorchScriptProgram;

/** Lowers graphs, those excepted whose programs are known from elsewhere. */
final class Programs {
    private final Function<Graph, TorchScriptProgram> lowering;
    private final Map<Graph, TorchScriptProgram> known = new WeakHashMap<>();

    private Programs(Function<Graph, TorchScriptProgram> lowering) {
        this.lowering = lowering;
    }

    /** Programs with their sizes in the text. */
    static Programs ofOneSize() {
        return new Programs(TorchScriptProgram::of);
    }

    /** Programs that take their sizes. */
    static Programs ofAnySize() {
        return new Programs(TorchScriptProgram::ofAnySize);
    }

    /** The program of a graph, for the one who loads it: it is not known any more afterwards. */
    TorchScriptProgram take(Graph graph) {
        TorchScriptProgram program = known.remove(graph);
        return program == null ? lowering.apply(graph) : program;
    }

    /** The program of a graph, for those who pass it on. */
    TorchScriptProgram lower(Graph graph) {
        return known.computeIfAbsent(graph, lowering);
    }

    /** Makes the program of a graph known. */
    void put(Graph graph, TorchScriptProgram program) {
        known.put(graph, program);
    }
}
