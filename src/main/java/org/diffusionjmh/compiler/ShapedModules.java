package org.diffusionjmh.compiler;

import ai.djl.ndarray.NDManager;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.diffusionjmh.graph.Graph;

/**
 * A network's compiled modules, one per set of sizes, each compiled when it is first asked for. They share one set of weights. Not
 * thread-safe: it belongs to the thread of its session.
 *
 * @param <S> the sizes that a graph is built for; a record
 */
public final class ShapedModules<S extends Record> implements AutoCloseable {
    private final Function<S, Graph> graphs;
    private final Compiler compiler;
    private final Parameters parameters;
    private final NDManager manager;
    private final Map<S, CompiledModule> modules = new HashMap<>();

    /**
     * @param graphs the network's graph for given sizes
     * @param compiler makes the modules
     * @param parameters the weights, which outlive this
     * @param manager its device is where the modules run
     */
    public ShapedModules(Function<S, Graph> graphs, Compiler compiler, Parameters parameters, NDManager manager) {
        this.graphs = graphs;
        this.compiler = compiler;
        this.parameters = parameters;
        this.manager = manager;
    }

    /** The module for these sizes, compiled now if it is the first time. */
    public CompiledModule of(S sizes) {
        return modules.computeIfAbsent(sizes, key -> compiler.compile(graphs.apply(key), parameters, manager));
    }

    /** Makes all modules take their weights again; see {@link CompiledModule#rebind}. */
    public void rebind() {
        modules.values().forEach(CompiledModule::rebind);
    }

    @Override
    public void close() {
        modules.values().forEach(CompiledModule::close);
        modules.clear();
    }
}
