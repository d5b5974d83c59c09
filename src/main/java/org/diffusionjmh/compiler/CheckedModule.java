package org.diffusionjmh.compiler;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

/** A module that refuses inputs of other types than its graph's. */
record CheckedModule(ModuleInputs inputs, CompiledModule module) implements CompiledModule {
    @Override
    public NDList run(NDList arguments, NDManager manager) {
        inputs.check(arguments);
        return module.run(arguments, manager);
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
