package org.diffusionjmh.libtorch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import com.sun.jna.Pointer;
import java.util.ArrayList;
import java.util.List;

/** Arguments of an operator as libtorch passes them ({@code StableIValue}): a word each, tensors as handles, numbers by value. */
public final class OperatorArguments {
    private static final int WORD = 8;

    private final Pointer stack;
    private final int tensorCount;
    private final List<NDArray> tensors = new ArrayList<>();

    /**
     * @param tensorCount how many, at the front, are tensors; at least one
     */
    OperatorArguments(Pointer stack, int tensorCount) {
        this.stack = stack;
        this.tensorCount = tensorCount;
    }

    /**
     * Takes over the tensors' handles.
     *
     * @return their owner, on the first one's device
     */
    NDManager adopt(NDManager parent) {
        for (int i = 0; i < tensorCount; i++) {
            tensors.add(new PtNDArray((PtNDManager) parent, stack.getLong((long) WORD * i)));
        }
        NDManager owner = parent.newSubManager(tensors.get(0).getDevice());
        tensors.forEach(tensor -> tensor.attach(owner));
        return owner;
    }

    public NDArray tensor(int index) {
        return tensors.get(index);
    }

    /** An {@code int} of the schema. */
    public long integer(int index) {
        return stack.getLong((long) WORD * index);
    }

    /** A {@code float} of the schema. */
    public double number(int index) {
        return stack.getDouble((long) WORD * index);
    }

    /** A {@code bool} of the schema. */
    public boolean flag(int index) {
        return stack.getByte((long) WORD * index) != 0;
    }
}
