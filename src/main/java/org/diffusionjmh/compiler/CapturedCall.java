package org.diffusionjmh.compiler;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.Collection;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.libtorch.CudaGraph;
import org.diffusionjmh.libtorch.CudaGraphs;
import org.diffusionjmh.libtorch.ScalarType;
import org.diffusionjmh.libtorch.TensorMemory;

/**
 * One call of a module as a CUDA graph between buffers of its own. Arguments are copied in and results out, all in the caller's
 * stream: so a call comes after what the caller submitted before it, nothing waits, and results stay what they are when the next call
 * overwrites the buffers.
 */
final class CapturedCall implements AutoCloseable {
    private final NDManager buffers;
    private final NDList inputs;
    private final NDList outputs;
    private final CudaGraph graph;

    private CapturedCall(NDManager buffers, NDList inputs, NDList outputs, CudaGraph graph) {
        this.buffers = buffers;
        this.inputs = inputs;
        this.outputs = outputs;
        this.graph = graph;
    }

    /**
     * Captures a call.
     *
     * @param module what is called
     * @param arguments of the types of all calls to come; they are copied
     * @param results nodes of the types of the results
     * @param manager its device is where the module runs
     * @throws RuntimeException if it cannot be captured; nothing is left behind
     */
    static CapturedCall capture(
            CudaGraphs graphs, CompiledModule module, NDList arguments, Collection<Node> results, NDManager manager) {
        NDManager buffers = manager.newSubManager();
        try {
            NDList inputs = copies(arguments, buffers);
            NDList outputs = new NDList();
            for (Node result : results) {
                ScalarType type =
                        ScalarType.of(TensorTypes.dataType(result.type().dtype()));
                outputs.add(TensorMemory.empty(type, TensorTypes.shape(result.type()), buffers));
            }
            CudaGraph graph = graphs.capture(() -> call(module, inputs, outputs, buffers));
            return new CapturedCall(buffers, inputs, outputs, graph);
        } catch (RuntimeException | Error e) {
            buffers.close();
            throw e;
        }
    }

    /** The call, with nothing left of what it allocates. */
    private static void call(CompiledModule module, NDList inputs, NDList outputs, NDManager manager) {
        try (NDManager scope = manager.newSubManager()) {
            NDList results = module.run(inputs, scope);
            copyInto(outputs, results);
        }
    }

    /** Whether it can still be called; see {@link CudaGraph#isIntact}. */
    boolean isIntact() {
        return graph.isIntact();
    }

    /**
     * Calls it.
     *
     * @param owner owner of the results
     */
    NDList call(NDList arguments, NDManager owner) {
        copyInto(inputs, arguments);
        graph.launch();
        return copies(outputs, owner);
    }

    private static void copyInto(NDList targets, NDList sources) {
        for (int i = 0; i < targets.size(); i++) {
            TensorMemory.copyInto(targets.get(i), sources.get(i));
        }
    }

    private static NDList copies(NDList tensors, NDManager owner) {
        NDList copies = new NDList();
        for (NDArray tensor : tensors) {
            copies.add(TensorMemory.copy(tensor, TensorMemory.type(tensor), owner));
        }
        return copies;
    }

    @Override
    public void close() {
        graph.close();
        buffers.close();
    }
}
