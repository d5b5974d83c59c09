package org.diffusionjmh.compiler;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.List;
import org.diffusionjmh.graph.Graph;
import org.diffusionjmh.graph.Node;
import org.diffusionjmh.graph.SourceOp;
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
    private final List<Node> declared;
    private final NDList inputs;
    private final NDList outputs;
    private final CudaGraph graph;

    private NDList lastArguments;

    private CapturedCall(
            NDManager buffers,
            List<Node> declared,
            NDList inputs,
            NDList outputs,
            NDList lastArguments,
            CudaGraph graph) {
        this.buffers = buffers;
        this.declared = declared;
        this.lastArguments = lastArguments;
        this.inputs = inputs;
        this.outputs = outputs;
        this.graph = graph;
    }

    /**
     * Captures a call.
     *
     * @param module what is called
     * @param network the module's graph
     * @param arguments of the types of all calls to come; they are copied
     * @param manager its device is where the module runs
     * @throws RuntimeException if it cannot be captured; nothing is left behind
     */
    static CapturedCall capture(
            CudaGraphs graphs, CompiledModule module, Graph network, NDList arguments, NDManager manager) {
        NDManager buffers = manager.newSubManager();
        try {
            NDList inputs = copies(arguments, buffers);
            NDList outputs = new NDList();
            for (Node result : network.outputs().values()) {
                ScalarType type =
                        ScalarType.of(TensorTypes.dataType(result.type().dtype()));
                outputs.add(TensorMemory.empty(type, TensorTypes.shape(result.type()), buffers));
            }
            CudaGraph captured = graphs.capture(() -> call(module, inputs, outputs, buffers));
            return new CapturedCall(buffers, network.inputs(), inputs, outputs, new NDList(arguments), captured);
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
     * Calls it. An argument that is per run and the same tensor as in the last call is in its buffer already.
     *
     * @param owner owner of the results
     */
    NDList call(NDList arguments, NDManager owner) {
        for (int i = 0; i < inputs.size(); i++) {
            boolean perRun = ((SourceOp.Input) declared.get(i).op()).perRun();
            if (!perRun || !isSame(arguments.get(i), lastArguments.get(i))) {
                TensorMemory.copyInto(inputs.get(i), arguments.get(i));
            }
        }
        lastArguments = new NDList(arguments);
        graph.launch();
        return copies(outputs, owner);
    }

    @SuppressWarnings("ReferenceEquality") // a per-run tensor is the same as long as it is the same object
    private static boolean isSame(NDArray a, NDArray b) {
        return a == b;
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
