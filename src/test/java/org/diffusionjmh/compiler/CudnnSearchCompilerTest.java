package org.diffusionjmh.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import org.diffusionjmh.graph.Graph;
import org.junit.jupiter.api.Test;

class CudnnSearchCompilerTest {
    /** A CPU has no cuDNN: its modules are the other compiler's own. */
    @Test
    void leavesModulesOnACpuAlone() {
        CompiledModule module = new CompiledModule() {
            @Override
            public NDList run(NDList inputs, NDManager manager) {
                return inputs;
            }

            @Override
            public boolean rebind() {
                return false;
            }

            @Override
            public void close() {}
        };
        Compiler plain = new Compiler() {
            @Override
            public String id() {
                return "plain";
            }

            @Override
            public CompiledModule compile(Graph graph, Parameters parameters, NDManager manager) {
                return module;
            }
        };
        Compiler compiler = new CudnnSearchCompiler(plain);
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            assertSame(module, compiler.compile(null, Parameters.none(), manager));
        }
        assertEquals("plain", compiler.id());
    }
}
