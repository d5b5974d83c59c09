package org.diffusionjmh.compiler;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.util.List;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.SourceOp;
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

    private InterpretedCompiler(String id, boolean optimize) {
        this.id = id;
        this.optimize = optimize;
    }

    static Compiler none() {
        return new InterpretedCompiler("none", false);
    }

    static Compiler torchscript() {
        return new InterpretedCompiler("torchscript", true);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public CompiledModule compile(Graph graph, Parameters parameters, NDManager manager) {
        TorchScriptProgram program = TorchScriptProgram.of(graph);
        ScriptModule script = ScriptModule.load(TorchScriptArchive.of(program.source()), manager);
        NDManager constants = manager.newSubManager();
        CompiledModule module = new InterpretedModule(script, constants, optimize);
        try {
            List<NDArray> tensors = program.bindings().stream()
                    .map(node -> tensor(node, parameters, constants))
                    .toList();
            script.setTensors("bind", tensors);
            return module;
        } catch (RuntimeException e) {
            module.close();
            throw e;
        }
    }

    private static NDArray tensor(Node node, Parameters parameters, NDManager constants) {
        if (node.op() instanceof SourceOp.Constant constant) {
            float[] values = new float[constant.values().size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = constant.values().get(i);
            }
            return constants.create(values, TensorTypes.shape(constant.type()));
        }
        SourceOp.Weight weight = (SourceOp.Weight) node.op();
        return parameters.get(weight.key(), weight.type());
    }

    private record InterpretedModule(ScriptModule script, NDManager constants, boolean optimize)
            implements CompiledModule {
        @Override
        public NDList run(NDList inputs, NDManager manager) {
            JniUtils.setGraphExecutorOptimize(optimize); // per thread, so before every call
            return script.call("forward", inputs, manager);
        }

        @Override
        public void close() {
            script.close();
            constants.close();
        }
    }
}
