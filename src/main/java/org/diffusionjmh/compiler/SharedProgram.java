package org.diffusionjmh.compiler;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import java.util.List;
import org.diffusionjmh.libtorch.ScriptModule;

/** A loaded program without state, which several modules call with weights and sizes of their own. Closed with the last of them. */
final class SharedProgram {
    private final ScriptModule script;
    private final Runnable unused;
    private int users;

    /**
     * @param unused called when the last user is gone
     */
    SharedProgram(ScriptModule script, Runnable unused) {
        this.script = script;
        this.unused = unused;
    }

    /**
     * A module of this program. The program is loaded as long as there are any.
     *
     * @param tensors the weights; closed with the module, or here if there is none
     * @param sizes in the program's order
     */
    CompiledModule module(ModuleTensors tensors, List<List<Long>> sizes) {
        users++;
        try {
            tensors.update();
            return new Module(tensors, lists(sizes));
        } catch (RuntimeException e) {
            tensors.close();
            release();
            throw e;
        }
    }

    private static IValue lists(List<List<Long>> lists) {
        List<List<Long>> some = lists.isEmpty() ? List.of(List.of()) : lists; // DJL makes no list of nothing
        IValue[] values = some.stream()
                .map(list ->
                        IValue.listFrom(list.stream().mapToLong(Long::longValue).toArray()))
                .toArray(IValue[]::new);
        try {
            return IValue.listFrom(values);
        } finally {
            for (IValue value : values) {
                value.close();
            }
        }
    }

    private void release() {
        users--;
        if (users == 0) {
            script.close();
            unused.run();
        }
    }

    private final class Module implements CompiledModule {
        private final ModuleTensors tensors;
        private final IValue sizes;
        private IValue weights;

        Module(ModuleTensors tensors, IValue sizes) {
            this.tensors = tensors;
            this.sizes = sizes;
            this.weights = list(tensors);
        }

        private static IValue list(ModuleTensors tensors) {
            return IValue.listFrom(tensors.inOrder().toArray(PtNDArray[]::new));
        }

        @Override
        public NDList run(NDList inputs, NDManager manager) {
            JniUtils.setGraphExecutorOptimize(false); // per thread, so before every call
            return script.call("forward", List.of(weights, sizes), inputs, manager);
        }

        @Override
        public boolean rebind() {
            boolean changed = tensors.update();
            if (changed) {
                weights.close();
                weights = list(tensors);
            }
            return changed;
        }

        @Override
        public void close() {
            weights.close();
            sizes.close();
            tensors.close();
            release();
        }
    }
}
