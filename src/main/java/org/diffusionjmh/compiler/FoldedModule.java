package org.diffusionjmh.compiler;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

/**
 * A module whose work on weights was done beforehand.
 *
 * @param module what runs
 * @param parameters the weights it takes
 * @param tensors owner of the tensors that belong to it alone; closed after the module
 */
record FoldedModule(CompiledModule module, FoldedParameters parameters, NDManager tensors) implements CompiledModule {
    @Override
    public NDList run(NDList inputs, NDManager manager) {
        return module.run(inputs, manager);
    }

    @Override
    public NDList run(int step, NDList inputs, NDManager manager) {
        return module.run(step, inputs, manager);
    }

    @Override
    public boolean rebind() {
        parameters.compute();
        return module.rebind();
    }

    @Override
    public void close() {
        module.close();
        tensors.close();
    }
}
