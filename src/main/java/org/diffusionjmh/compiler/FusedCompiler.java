package org.diffusionjmh.compiler;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import org.diffusionjmh.graph.DType;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.pass.KernelChoices;
import org.diffusionjmh.pass.PassPipeline;
import org.diffusionjmh.pass.Passes;
import org.diffusionjmh.pass.Rewriting;
import org.diffusionjmh.pass.StepSplit;
import org.diffusionjmh.pass.WeightFolding;

/**
 * Rewrites the graph by all passes, computes what depends on weights only once, what depends on a run's conditioning once per run, and
 * what depends on its schedule once for all steps, and leaves the rest to another compiler.
 */
final class FusedCompiler implements Compiler {
    static final String ID = "fused";

    private final FusedOptions options;
    private final Compiler plain;
    private final Compiler onGpu;
    private final DeviceGraphs graphs;
    private final KernelSupport kernels;
    private final Tuners tuners;
    private final KeptNetworks kept;
    private final CompileJournal journal;

    /**
     * @param options what to do
     * @param plain runs the rewritten graph as it is
     * @param graphs capture it on a GPU
     * @param kernels whether a device has this project's own kernels
     * @param tuners tell which kernels a GPU computes with
     * @param kept what became of graphs before
     * @param journal takes the time of the work, and what was done to the graphs
     */
    FusedCompiler(
            FusedOptions options,
            Compiler plain,
            DeviceGraphs graphs,
            KernelSupport kernels,
            Tuners tuners,
            KeptNetworks kept,
            CompileJournal journal) {
        this.options = options;
        this.plain = plain;
        this.onGpu = new CudaGraphCompiler(plain, graphs, journal);
        this.graphs = graphs;
        this.kernels = kernels;
        this.tuners = tuners;
        this.kept = kept;
        this.journal = journal;
    }

    @Override
    public String id() {
        return ID;
    }

    /** bfloat16 where the GPU computes it: that has half the bytes, and twice the speed. */
    @Override
    public DType wideRange(Device device) {
        return device.isGpu() && kernels.hasBfloat16(device) ? DType.BF16 : DType.FP32;
    }

    /** A step is then one launch on a GPU. */
    @Override
    public boolean takesWholeSteps() {
        return true;
    }

    /** Kernels are measured where the module is captured afterwards, so that it works in the memory that measuring took. */
    @Override
    public CompiledModule compile(Graph graph, Parameters parameters, NDManager manager) {
        Device device = manager.getDevice();
        try (DeviceGraphs.Lease lease = device.isGpu() ? graphs.lease(device) : DeviceGraphs.Lease.none()) {
            Rewriting rewriting =
                    lease.leavingMemory(() -> journal.timed(CompilePhase.BUILD, () -> rewriting(graph, device)));
            return compile(graph, rewriting, parameters, manager);
        }
    }

    private Rewriting rewriting(Graph graph, Device device) {
        try (TrialSession trials = new TrialSession(device)) {
            PassPipeline passes = passes(device, tuners.on(trials));
            return kept.rewriting(graph, device, kernels.abilities(device), () -> Rewriting.of(graph, passes));
        }
    }

    private CompiledModule compile(Graph graph, Rewriting rewriting, Parameters parameters, NDManager manager) {
        journal.rewritten(graph.name(), rewriting.reports());
        NDManager scope = manager.newSubManager();
        try {
            FoldedParameters folded = new FoldedParameters(rewriting.folding(), parameters, scope);
            journal.timed(CompilePhase.BUILD, () -> {
                folded.compute();
                return folded;
            });
            return new FoldedModule(module(rewriting, folded, scope), folded, scope);
        } catch (RuntimeException e) {
            scope.close();
            throw e;
        }
    }

    /**
     * Folds on a GPU as the weights come in, so that they and what is computed from them are never there together. On a CPU what is
     * computed depends on sizes.
     */
    @Override
    public void load(Graph graph, Parameters parameters, NDManager manager) {
        if (!manager.getDevice().isGpu()) {
            Compiler.super.load(graph, parameters, manager);
            return;
        }
        Device device = manager.getDevice();
        WeightFolding folding = journal.timed(
                CompilePhase.BUILD,
                () -> kept.folding(
                        graph,
                        device,
                        kernels.abilities(device),
                        () -> WeightFolding.of(passes(device, KernelChoices.LIBTORCH)
                                .run(graph)
                                .graph())));
        kernels.expect(device, folding.main());
        try (NDManager scope = manager.newSubManager()) {
            FoldedParameters folded = new FoldedParameters(folding, parameters, scope);
            folded.compute();
            Compiler.super.load(folding.main(), folded, scope);
        }
    }

    private PassPipeline passes(Device device, KernelChoices choices) {
        return new PassPipeline(options.passes(new Passes.Target(kernels.abilities(device), choices)));
    }

    private CompiledModule module(Rewriting rewriting, Parameters parameters, NDManager scope) {
        Compiler backend = scope.getDevice().isGpu() ? onGpu : plain;
        Graph graph = rewriting.folding().main();
        if (rewriting.split().isEmpty()) {
            return backend.compile(graph, parameters, scope);
        }
        StepSplit parts = rewriting.split().get();
        CompiledModule perStep = backend.compile(parts.perStep(), parameters, scope);
        return new StepModule(graph, parts, early -> plain.compile(early, parameters, scope), perStep, scope);
    }
}
