package org.diffusionjmh.compiler;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

/**
 * A module with the tensors that belong to it alone.
 *
 * @param module what runs
 * @param tensors owner of the tensors; closed after the module
 */
record OwningModule(CompiledModule module, NDManager tensors) implements CompiledModule {
    @Override
    public NDList run(NDList inputs, NDManager manager) {
        return module.run(inputs, manager);
    }

    @Override
    public void close() {
        module.close();
        tensors.close();
    }
}
