package org.diffusionjmh.compiler;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.libtorch.CudnnSearch;

/** Another compiler, whose modules on a GPU have cuDNN search for the fastest algorithms of their convolutions when they run first. */
final class CudnnSearchCompiler implements Compiler {
    private final Compiler plain;

    CudnnSearchCompiler(Compiler plain) {
        this.plain = plain;
    }

    @Override
    public String id() {
        return plain.id();
    }

    @Override
    public CompiledModule compile(Graph graph, Parameters parameters, NDManager manager) {
        CompiledModule module = plain.compile(graph, parameters, manager);
        return manager.getDevice().isGpu() ? new Searching(module) : module;
    }

    private record Searching(CompiledModule module) implements CompiledModule {
        @Override
        public NDList run(NDList inputs, NDManager results) {
            return CudnnSearch.during(() -> module.run(inputs, results));
        }

        @Override
        public boolean rebind() {
            return module.rebind();
        }

        @Override
        public void close() {
            module.close();
        }
    }
}
