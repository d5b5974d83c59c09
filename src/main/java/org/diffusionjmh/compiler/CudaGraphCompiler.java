package org.diffusionjmh.compiler;

import ai.djl.ndarray.NDManager;
import org.diffusionjmh.graph.Graph;

/**
 * Runs the plain graph as {@code none} does, captured as a CUDA graph: one launch a call instead of thousands. Where none can be
 * captured the log says why, and the module runs as {@code none}'s.
 *
 * <p>Its modules share scratch memory and weights; that memory is freed with the last of them.
 */
final class CudaGraphCompiler implements Compiler {
    private final Compiler plain;
    private final DeviceGraphs devices;
    private final CompileJournal journal;

    /**
     * @param plain runs a graph uncaptured
     */
    CudaGraphCompiler(Compiler plain, DeviceGraphs devices, CompileJournal journal) {
        this.plain = plain;
        this.devices = devices;
        this.journal = journal;
    }

    @Override
    public String id() {
        return "cudagraph";
    }

    @Override
    public CompiledModule compile(Graph graph, Parameters parameters, NDManager manager) {
        CompiledModule interpreted = plain.compile(graph, parameters, manager);
        DeviceGraphs.Lease lease = devices.lease(manager.getDevice());
        return lease.graphs()
                .<CompiledModule>map(
                        graphs -> new CudaGraphModule(graph, interpreted, graphs, lease::close, manager, journal))
                .orElseGet(() -> new CheckedModule(new ModuleInputs(graph, manager.getDevice()), interpreted));
    }
}
