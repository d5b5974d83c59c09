package org.diffusionjmh.compiler;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.libtorch.CudaGraphs;

/**
 * Runs the plain graph as {@code none} does, captured as a CUDA graph: one launch a call instead of thousands. Where none can be
 * captured the log says why, and the module runs as {@code none}'s.
 *
 * <p>Its modules share scratch memory and weights; that memory is freed with the last of them.
 */
final class CudaGraphCompiler implements Compiler {
    private final CompileJournal journal;
    private final Compiler plain;
    private final Map<Device, Shared> devices = new HashMap<>();

    /**
     * @param plain runs a graph uncaptured
     */
    CudaGraphCompiler(Compiler plain, CompileJournal journal) {
        this.plain = plain;
        this.journal = journal;
    }

    @Override
    public String id() {
        return "cudagraph";
    }

    @Override
    public CompiledModule compile(Graph graph, Parameters parameters, NDManager manager) {
        Shared shared = devices.computeIfAbsent(manager.getDevice(), Shared::new);
        CompiledModule interpreted = plain.compile(graph, parameters, manager);
        return shared.acquire()
                .<CompiledModule>map(
                        graphs -> new CudaGraphModule(graph, interpreted, graphs, shared::release, manager, journal))
                .orElseGet(() -> new CheckedModule(new ModuleInputs(graph, manager.getDevice()), interpreted));
    }

    /** What the modules of one device share, open while there are any. */
    private final class Shared {
        private final Device device;
        private Optional<CudaGraphs> graphs = Optional.empty();
        private int modules;
        private boolean refused;

        Shared(Device device) {
            this.device = device;
        }

        /** Empty if the device has no CUDA graphs, which is said once. */
        Optional<CudaGraphs> acquire() {
            if (refused) {
                return Optional.empty();
            }
            if (graphs.isEmpty()) {
                try {
                    graphs = Optional.of(CudaGraphs.open(device));
                } catch (RuntimeException e) {
                    refused = true;
                    journal.warn("cudagraph runs as none does: " + e.getMessage());
                    return Optional.empty();
                }
            }
            modules++;
            return graphs;
        }

        void release() {
            modules--;
            if (modules == 0) {
                graphs.ifPresent(CudaGraphs::close);
                graphs = Optional.empty();
            }
        }
    }
}
