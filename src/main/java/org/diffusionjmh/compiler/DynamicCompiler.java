package org.diffusionjmh.compiler;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.util.HashMap;
import java.util.Map;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.libtorch.ScriptModule;
import org.diffusionjmh.torchscript.TorchScriptArchive;
import org.diffusionjmh.torchscript.TorchScriptProgram;

/**
 * Runs graphs as {@code none} does, but loads one program for all that differ in sizes only: sizes are arguments of the program. Which
 * those are is seen by their text being the same, so graphs in which passes chose otherwise for another size get a program of their own.
 */
final class DynamicCompiler implements Compiler {
    private final Programs lowered;
    private final CompileJournal journal;
    private final Map<Key, SharedProgram> programs = new HashMap<>();

    private record Key(String source, Device device) {}

    DynamicCompiler(CompileJournal journal) {
        this(Programs.ofAnySize(), journal);
    }

    /**
     * @param lowered programs of any size
     */
    DynamicCompiler(Programs lowered, CompileJournal journal) {
        this.lowered = lowered;
        this.journal = journal;
    }

    @Override
    public String id() {
        return "dynamic";
    }

    @Override
    public CompiledModule compile(Graph graph, Parameters parameters, NDManager manager) {
        TorchScriptProgram program = journal.timed(CompilePhase.BUILD, () -> lowered.take(graph));
        return journal.timed(CompilePhase.LOAD, () -> load(program, parameters, manager));
    }

    private CompiledModule load(TorchScriptProgram program, Parameters parameters, NDManager manager) {
        ModuleTensors tensors = new ModuleTensors(program.bindings(), parameters, manager.newSubManager());
        return programs.computeIfAbsent(new Key(program.source(), manager.getDevice()), this::load)
                .module(tensors, program.sizes());
    }

    private SharedProgram load(Key key) {
        NDManager owner = NDManager.newBaseManager(key.device(), "PyTorch"); // outlives the module that loads it
        return new SharedProgram(ScriptModule.load(TorchScriptArchive.of(key.source()), owner), () -> {
            owner.close();
            programs.remove(key);
        });
    }

    /** Programs that are loaded. */
    int programs() {
        return programs.size();
    }
}
