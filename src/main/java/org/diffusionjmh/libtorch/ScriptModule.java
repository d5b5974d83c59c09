package org.diffusionjmh.libtorch;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A TorchScript module loaded from memory. Load and call it on a thread with a large stack ({@link LargeStackThread}) where its program
 * is long.
 */
public final class ScriptModule implements AutoCloseable {
    private final PtSymbolBlock block;

    private ScriptModule(PtSymbolBlock block) {
        this.block = block;
    }

    /**
     * Loads an archive.
     *
     * @param archive the file's bytes
     * @param manager its device is the module's
     * @throws ai.djl.engine.EngineException if libtorch cannot read the archive or compile its code
     */
    public static ScriptModule load(byte[] archive, NDManager manager) {
        try {
            PtSymbolBlock block =
                    JniUtils.loadModule((PtNDManager) manager, new ByteArrayInputStream(archive), true, false);
            JniUtils.enableInferenceMode(block);
            return new ScriptModule(block);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Gives the module a list of tensors through a method that takes one, as {@code bind} does. They must outlive the module. */
    public void setTensors(String method, List<NDArray> tensors) {
        PtNDArray[] arrays = tensors.toArray(PtNDArray[]::new);
        try (IValue list = IValue.listFrom(arrays)) {
            IValueUtils.runMethod(block, method, list).close();
        }
    }

    /**
     * Calls a method whose arguments and results are tensors.
     *
     * @param method the method's name
     * @param inputs the arguments
     * @param manager the owner of the results
     * @return the results: one for a tensor, several for a tuple
     */
    public NDList call(String method, NDList inputs, NDManager manager) {
        return call(method, List.of(), inputs, manager);
    }

    /**
     * Calls a method whose first arguments are of any kind, and whose others are tensors.
     *
     * @param first stay open
     */
    public NDList call(String method, List<IValue> first, NDList inputs, NDManager manager) {
        List<IValue> tensors = new ArrayList<>();
        try {
            inputs.forEach(input -> tensors.add(IValue.from((PtNDArray) input)));
            List<IValue> arguments = new ArrayList<>(first);
            arguments.addAll(tensors);
            return call(method, manager, arguments.toArray(IValue[]::new));
        } finally {
            tensors.forEach(IValue::close);
        }
    }

    /**
     * Calls a method with arguments of any kind; the caller closes them.
     *
     * @throws EngineException if it fails; the message is that of the operator of Java's that failed, if one did
     */
    public NDList call(String method, NDManager manager, IValue... arguments) {
        OperatorFailure.take();
        try (IValue result = IValueUtils.runMethod(block, method, arguments)) {
            return result.toNDList((PtNDManager) manager);
        } catch (EngineException e) {
            throw OperatorFailure.take().map(OperatorFailure::exception).orElse(e);
        }
    }

    @Override
    public void close() {
        block.close();
    }
}
