package org.diffusionjmh.compiler;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.libtorch.ScriptModule;
import org.diffusionjmh.torchscript.TorchScriptArchive;
import org.diffusionjmh.torchscript.TorchScriptProgram;

/**
 * Runs the plain graph in libtorch's TorchScript interpreter: without its optimizer ({@code none}), which launches one operation at a
 * time as eager PyTorch does, or with it ({@code torchscript}), which is what a traced model gets.
 */
final class InterpretedCompiler implements Compiler {
    private final String id;
    private final boolean optimize;
    private final Programs programs;
    private final CompileJournal journal;

    private InterpretedCompiler(String id, boolean optimize, Programs programs, CompileJournal journal) {
        this.id = id;
        this.optimize = optimize;
        this.programs = programs;
        this.journal = journal;
    }

    /** For the work of another compiler, which tells the whole. */
    static Compiler none() {
        return none(CompileJournal.silent());
    }

    static Compiler none(CompileJournal journal) {
        return none(Programs.ofOneSize(), journal);
    }

    /**
     * The plain compiler of graphs whose programs may be known.
     *
     * @param programs of one size
     */
    static Compiler none(Programs programs, CompileJournal journal) {
        return new InterpretedCompiler("none", false, programs, journal);
    }

    static Compiler torchscript(CompileJournal journal) {
        return new InterpretedCompiler("torchscript", true, Programs.ofOneSize(), journal);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public CompiledModule compile(Graph graph, Parameters parameters, NDManager manager) {
        TorchScriptProgram program = journal.timed(CompilePhase.BUILD, () -> programs.take(graph));
        return journal.timed(CompilePhase.LOAD, () -> load(program, parameters, manager));
    }

    private CompiledModule load(TorchScriptProgram program, Parameters parameters, NDManager manager) {
        ScriptModule script = ScriptModule.load(TorchScriptArchive.of(program.source()), manager);
        CompiledModule module = new InterpretedModule(
                script, new ModuleTensors(program.bindings(), parameters, manager.newSubManager()), optimize);
        try {
            module.rebind();
            return module;
        } catch (RuntimeException e) {
            module.close();
            throw e;
        }
    }

    private record InterpretedModule(ScriptModule script, ModuleTensors tensors, boolean optimize)
            implements CompiledModule {
        @Override
        public NDList run(NDList inputs, NDManager manager) {
            JniUtils.setGraphExecutorOptimize(optimize); // per thread, so before every call
            return script.call("forward", inputs, manager);
        }

        @Override
        public boolean rebind() {
            boolean changed = tensors.update();
            if (changed) {
                script.setTensors("bind", tensors.inOrder());
            }
            return changed;
        }

        @Override
        public void close() {
            script.close();
            tensors.close();
        }
    }
}
