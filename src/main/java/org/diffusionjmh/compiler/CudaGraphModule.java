package org.diffusionjmh.compiler;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.Optional;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.libtorch.CudaGraphs;

/**
 * A module that is captured at its first run, and again if libtorch has given its scratch memory back. If it
 * cannot be captured, it runs uncaptured from then on.
 */
final class CudaGraphModule implements CompiledModule {
    private final Graph graph;
    private final ModuleInputs inputs;
    private final CompiledModule plain;
    private final CudaGraphs graphs;
    private final Runnable release;
    private final NDManager manager;
    private final CompileJournal journal;

    private Optional<CapturedCall> captured = Optional.empty();
    private boolean refused;

    /**
     * @param plain the same graph uncaptured; closed with this
     * @param release called when this needs {@code graphs} no more
     */
    CudaGraphModule(
            Graph graph,
            CompiledModule plain,
            CudaGraphs graphs,
            Runnable release,
            NDManager manager,
            CompileJournal journal) {
        this.graph = graph;
        this.inputs = new ModuleInputs(graph, manager.getDevice());
        this.plain = plain;
        this.graphs = graphs;
        this.release = release;
        this.manager = manager;
        this.journal = journal;
    }

    @Override
    public NDList run(NDList arguments, NDManager owner) {
        inputs.check(arguments);
        if (!refused && captured.filter(CapturedCall::isIntact).isEmpty()) {
            capture(arguments);
        }
        return captured.isPresent() ? captured.get().call(arguments, owner) : plain.run(arguments, owner);
    }

    private void capture(NDList arguments) {
        if (captured.isPresent()) {
            discard();
            journal.warn(graph.name()
                    + ": libtorch gave back the memory that the CUDA graph works in, because the device ran out of"
                    + " memory or another pipeline was closed; capturing again");
        }
        try {
            captured = Optional.of(journal.timed(
                    CompilePhase.CAPTURE, () -> CapturedCall.capture(graphs, plain, graph, arguments, manager)));
        } catch (RuntimeException e) {
            refused = true;
            journal.warn(graph.name() + ": no CUDA graph could be captured, running without one: " + e.getMessage());
        }
    }

    /** The captured call stays, and finds the new values, as long as they are where the old ones were. */
    @Override
    public boolean rebind() {
        boolean moved = plain.rebind();
        if (moved) {
            discard();
        }
        return moved;
    }

    private void discard() {
        captured.ifPresent(CapturedCall::close);
        captured = Optional.empty();
    }

    @Override
    public void close() {
        discard();
        release.run();
        plain.close();
    }
}
